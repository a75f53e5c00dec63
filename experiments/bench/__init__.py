"""The benches: every claim about speed, memory or quality is a command here.

``python -m experiments.bench.NAME`` measures and prints one line a claim; ``claims.py`` is what they
share.
"""
