"""What a serving process is, and is not: started, watched, kept free of training."""
