"""One table read by its mapping: every value converted, every rule held, one bit a rule and row."""
