"""What ``make bench-items`` measures, one page a kind of claim."""
