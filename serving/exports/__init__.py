"""Scores for other programs, in the shapes they take."""
