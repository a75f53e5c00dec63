"""Declared, repeatable questions about the other packages: the simulated company, experiments, benches.

``world`` simulates a company whose truth is known; ``definitions`` holds experiments as TOML; ``bench``
holds one command for every claim about speed or quality.
"""
