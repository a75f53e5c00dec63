"""Versions, the gate, and what is in use."""
