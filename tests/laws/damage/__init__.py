"""What is damaged, and what becomes of it."""
