"""What a line cost: its currency, a line's or an order's total, and the sign of what was given back."""
