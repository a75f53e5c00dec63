"""Which offer, or none: rules, money, budgets and limits of contact."""
