"""A declared experiment as it would have been lived: a model at every cutoff, its list, and what that would have brought.

============  =====================================================================
walking       models fitted on what was known at each cutoff, and asked there and later
policies      what several ways to keep models fresh would have answered at each cutoff
result        what is told of a back-test, and where it is kept
money         how long a list is, and what it costs and brings
plots         what a list would have brought, and how models age
recording     a back-test as MLflow has it
running       from a definition to a back-test on record
============  =====================================================================
"""
