"""The house itself, measured: its rooms, what ties them, how long its files are, and what a change has to touch."""
