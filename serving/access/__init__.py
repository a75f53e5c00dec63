"""Who comes in, and how it is said no."""
