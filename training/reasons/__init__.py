"""From a model's contributions to reasons a marketer can repeat.

=============  =====================================================================================================
points         contributions → percentage points that add up to the shown probability
explanation    the reasons of many customers: chosen, in order, worded, and the rest
sentences      what sentences are made of: facts, sayings
wording        raw facts → what may be said of them, for many rows or one, or none where the facts contradict it
renderer       the words for one row after the other, remembered
claims         the sentences that compare, and what must be true for each
tendency       which features go up with what is answered and which down
peers          whom a customer is compared with: steady customers of the same standing
languages      how each language says it: a catalogue, a grammar, numbers; English where one lacks a phrase
said_together  sentences for many reasons at once, and whether there are any
flat           everybody's reasons as one table
changes        why a score is another than it was, shared out among the reasons
moved_facts    which fact tells a change best, then and now
happenings     the events behind a change, counted and told
untranslated   what each language says in English for want of a phrase
=============  =====================================================================================================

The words belong to the model: a bundle carries its features and groups, a training counts the sentences
it would withhold, and serving says them.
"""
