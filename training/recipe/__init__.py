"""The one way from a store to a model in use."""
