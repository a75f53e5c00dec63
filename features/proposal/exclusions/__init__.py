"""Rows that are no sales: services, fees and tests by name or code, and what a status says of them."""
