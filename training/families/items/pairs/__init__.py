"""A customer and an item: what is known of the two together."""
