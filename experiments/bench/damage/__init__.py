"""Exports that were damaged on their way: every record of theirs is kept, told or refused by name."""
