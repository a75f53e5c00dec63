"""A company's tables held to their declaration, every row accounted for."""
