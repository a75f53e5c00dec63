"""From a model's contributions to reasons a marketer can repeat.

===========  ================================================================================
points       contributions → percentage points that add up to the shown probability
explanation  one customer's reasons: chosen, in order, worded, and the rest
wording      a customer's raw facts → a sentence, or none where the facts contradict it
claims       the sentences that compare, and what must be true for each
quantities   numbers with their units, as a person would write them
===========  ================================================================================

The words belong to the model: a bundle carries its features and groups, a training counts the sentences
it would withhold, and serving says them.
"""
