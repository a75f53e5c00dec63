"""Which season a level is that of, and what the same season a year before says of it."""
