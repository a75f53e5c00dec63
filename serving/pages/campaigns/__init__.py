"""The pages that plan a campaign, start it, and say what became of it."""
