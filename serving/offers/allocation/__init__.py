"""Offers for a whole audience under budgets: what brings most in all."""
