"""A folder a family of models; none knows another."""
