"""What an offer changes: who acts because of it, who would anyway, who never will and who is put off.

Only where it was drawn by lot who is shown the offer; otherwise nothing here answers.

===========  ==============================================================================
experiment   customers of both arms, and when they are enough to tell an effect by
qini         how well an order of customers finds those an offer changes
line         what little data can carry: a weighted sum of features
effect       a sum of fitted parts, as it is written and read back
learners     eight ways to learn an effect, from one feature to doubly robust trees
choice       the learner that finds them best in customers it has not seen, again and again
groups       effects brought to the right size, with intervals; the four kinds of customers
===========  ==============================================================================
"""
