"""Ids that are one person: a company's table of identities on its way into every other table."""
