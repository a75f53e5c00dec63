"""Who leaves, renews or comes again."""
