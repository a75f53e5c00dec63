"""What the columns of a file are: described by their values, known by their names, given a role."""
