"""What can be computed of events, and how a feature says so."""
