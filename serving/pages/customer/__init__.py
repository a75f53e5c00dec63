"""One customer's page, and what each part of it says."""
