"""Finding a customer by any part of what they are known by."""
