"""Everybody, once a night."""
