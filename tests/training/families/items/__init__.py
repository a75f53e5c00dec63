"""What customers bought, and what is told from it."""
