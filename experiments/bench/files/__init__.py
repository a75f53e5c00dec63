"""Files as people have them: every case read right, or refused with what to write down."""
