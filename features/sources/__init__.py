"""A company's files and databases, made readable."""
