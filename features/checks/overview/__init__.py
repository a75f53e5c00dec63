"""What a check tells of all rows together: figures a person knows, records by file, keys that meet."""
