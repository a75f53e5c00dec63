"""What a proposal says: its lines, the reasons beside them, and how the file itself is read."""
