"""What customers would take next: for one, for an item, for everybody."""
