"""Vectors for other programs, by this machine or by Spark."""
