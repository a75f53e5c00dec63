"""How each language says a reason, as data."""
