"""Who behaves alike: segments that keep their names, and who moved between them."""
