"""The plan over one customer's events after another: the only code that computes a feature.

=========  =======================================================================================
compiled   how the loops become machine code                                             [numba]
masks      which conditions each event meets, and whether it is known yet
chains     which events share a key: orders, days, items
scans      windows over events: counts, sums, largest entries, distinct keys
mixes      new keys, and how weight is spread over keys
tracks     first, last and gaps, in order of time
values     from gathered whole numbers to one float a feature
walk       customer by customer, cutoff by cutoff
entry      where machine code comes in: every array by its address
native     the machine code itself: made once, kept, and loaded without numba         [llvmlite]
=========  =======================================================================================

Each customer's events are ordered by time, so a window is a stretch of neighbours. Where a table's rows
were known as soon as they happened, running sums are laid once and every window at every cutoff is one
subtraction. Where a row was known later, or carries an instant that may still lie ahead (an acceptance,
an end), the customer's rows of that table are looked at again from each cutoff.

All gathering is done in whole numbers and each feature takes its floating step at the end, so a result
depends neither on threads nor on batches nor on what else is computed.
"""
