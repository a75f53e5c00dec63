"""How people come to the pages and leave them, and the page of their own account."""
