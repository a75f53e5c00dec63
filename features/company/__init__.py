"""What a company declares, and the one folder everything lives in."""
