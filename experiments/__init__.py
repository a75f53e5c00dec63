"""Declared, repeatable questions about the other packages: the simulated company, experiments, benches.

``world`` simulates a company whose truth is known; ``declared`` reads experiments that are written as TOML, of
which ``definitions`` holds some to begin with, ``trials`` answers them and ``comparisons`` holds the answers against one another; ``bench`` holds one command for every claim about speed or quality.
"""
