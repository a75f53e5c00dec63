"""Models without a company: fitted, written as text, opened again, explained."""
