"""Assistants: what a language model may read of the service, by the Model Context Protocol."""
