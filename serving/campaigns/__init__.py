"""Campaigns of contacts: planned under a budget, frozen with customers held out by lot, handed out, reported and measured."""
