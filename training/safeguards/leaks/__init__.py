"""Does a column know what came of a customer? Every training of outcomes looks for what was written afterwards.

========  ==================================================================================
columns   which column of which table each feature reads, and whether it says when it was known
coding    features as numbers a straight line can weigh
weighing  how well one column, and everything but it, tell the outcome of customers left out
sides     whether a column is there for one outcome alone
tried     the figures of one column: alone, without it, and what it echoes
verdict   which columns tell more than anybody can know beforehand, and why
report    all of it together, with what a person has said to be known before
words     the report in the terminal, on the card and in a spreadsheet
gate      the check that keeps such a model from use
========  ==================================================================================

``docs/leaks.md`` says what each figure means. Nothing here is kept of any customer.
"""
