"""From a customer to an answer."""
