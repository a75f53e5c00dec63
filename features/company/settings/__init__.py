"""``regulars.toml``: read once at the edge, a file a section."""
