"""What an offer changes: who acts because of it, who would anyway, who never will and who is put off.

Only where it was drawn by lot who is shown the offer; otherwise nothing here answers.

===========  ==============================================================================
experiment   customers of both arms, and when they are enough to tell an effect by
qini         how well an order of customers finds those an offer changes
stakes       what decisions bring at the margins, rewards and contacts of a company
line         what little data can carry: a weighted sum of features
pair         the chances to act without the offer and with it, written and read back
learners     three ways to learn both, from one line to trees of both arms
choice       the learner whose decisions bring most among customers it has not seen
scale        both chances brought to their level, with intervals; the four kinds of customers
===========  ==============================================================================
"""
