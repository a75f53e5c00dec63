"""How likely a customer takes an offer when it is made: one model of all offers, learned from real exposures.

===========  ==============================================================================
terms        the offers there are, and what each brings and costs
exposed      who was shown which offer when, and what came of it
affinity     the same where nobody kept that: who bought what an offer is for
lines,
tastes,
habits       what was bought, what categories say for one another, what customers bought
answers      what customers answered to earlier offers
crosses      what is known of a customer and an offer at an instant
ground       all of that before each exposure
propensity   a model with a calibration of its own for every offer that was shown enough
ladder       every way to tell it, judged within each offer on later exposures
learned      from a store to a measured model in memory
persuasion,
persuading   what an offer changes, where a control arm tells it, and how it is learned
bundle       the model on disk
recipe,
report       from a store to a model in use, and the card
===========  ==============================================================================
"""
