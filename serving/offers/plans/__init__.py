"""Offers and contacts for everybody at once, in one money, within budgets."""
