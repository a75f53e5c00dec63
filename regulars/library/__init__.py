"""What a notebook imports: a company's workspace as tables, each with its dictionary; see ``docs/library.md``.

==============  =====================================================================
workspace       ``open_workspace`` and the tables of a company
tables          a table with its dictionary, as pandas or as Arrow
columns         what the columns say that are no features
datasets        vectors with what came of the customers, and the part each row plays
comparisons     experiments that were run, held against one another
names           by which name a customer stands in a table, and who stands in none
reference       the page's part about public names, written from what they say themselves
==============  =====================================================================
"""
