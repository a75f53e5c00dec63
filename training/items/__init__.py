"""What customers would take next: repeats that are due and items that fit their taste, with the arithmetic."""
