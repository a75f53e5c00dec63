"""What this week differs in from the weeks before, beyond chance: inputs, scores, feeds, and how good the model still is.

==================  ===========================================================================
stability           how far a week's customers lie from those of the weeks before, and by chance
feeds               rows a week by table and word: what stopped, fell, rose or came empty
seasons             what the same time of last year explains
shrinkage           rows of the past that were there at the last look and are no more
quality             how good a model is: estimated from its own risks, and realised
==================  ===========================================================================
"""
