"""Declarations made into one program of integers."""
