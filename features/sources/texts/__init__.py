"""Text files with columns: which encoding, which marks, which line has the names, and every record accounted for."""
