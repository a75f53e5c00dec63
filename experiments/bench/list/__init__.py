"""What the pages of a large company cost: the list, a customer's page, the search and the file."""
