"""What a model does not read because nobody is to be judged by it: what that costs, and what tells it all the same.

==========  ==========================================================================
protected   the protected attributes a company has mapped, of the customers looked at
groups      the groups they make: commonest texts, thirds of a number
treatment   whether a list treats these groups alike: who is on it, whom it finds, whether percentages hold
report      what is given up by leaving them out, and which other attributes tell them
words       the report in the terminal, on the card and as a table
==========  ==========================================================================
"""
