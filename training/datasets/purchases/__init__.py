"""Who bought which items when: items and offers stand on it."""
