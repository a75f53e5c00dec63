"""How much is new on a list: one offset in the log-odds of items never bought, and which offset gives which share.

==================  =======================================================================
sides               each customer's likeliest repeats and likeliest new items, apart
balance             the offset that ships, and the one for a share that is asked for
curve               what every offset finds on one past day, and which is chosen
curve_report        the curve as a table and as a plot
==================  =======================================================================
"""
