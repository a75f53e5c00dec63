"""A night's scores as they lie on disk."""
