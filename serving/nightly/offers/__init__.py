"""The offers of a night: those there are, and which of them is best for whom."""
