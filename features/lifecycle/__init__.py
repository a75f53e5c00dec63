"""Where a customer stands, by rule and by rhythm."""
