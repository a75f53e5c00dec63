"""One row a customer and cutoff: for everybody, for a night, for one call."""
