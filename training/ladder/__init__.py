"""Simple rules and models side by side at every cutoff, and the one that ships."""
