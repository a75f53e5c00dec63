"""The marketer's pages: a context, a view and a template each."""
