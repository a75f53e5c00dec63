"""From a model's contributions to reasons a marketer can repeat.

===========  ====================================================================================
points       contributions → percentage points that add up to the shown probability
explanation  the reasons of many customers: chosen, in order, worded, and the rest
wording      raw facts → sentences for many rows at a time, or none where the facts contradict them
claims       the sentences that compare, and what must be true for each
peers        whom a customer is compared with: steady customers of the same standing
language     English, and how another language finds its phrases
german       every phrase in German, with its cases and numbers
languages    which languages there are; what one of them cannot say is refused
quantities   numbers with their units, as a person would write them
flat         everybody's reasons as one table
changes      why a score is another than it was, shared out among the reasons
moved_facts  which fact tells a change best, then and now
happenings   the events behind a change, counted and told
===========  ====================================================================================

The words belong to the model: a bundle carries its features and groups, a training counts the sentences
it would withhold, and serving says them.
"""
