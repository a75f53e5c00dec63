"""Who signs in to the pages: what is kept of them, their passwords, and the browsers they came with."""
