"""Checked events by customer and time, and the arrays made of them."""
