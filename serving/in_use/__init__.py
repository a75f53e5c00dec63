"""What every answer is made from now."""
