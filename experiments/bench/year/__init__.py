"""A year of campaigns by the product's own commands, in a company that answers, beside simple rules and one who knows every true effect."""
