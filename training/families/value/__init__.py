"""What customers are expected to bring, with a range, and what of it is at risk."""
