"""Every way to tell which items a customer takes, by one promise."""
