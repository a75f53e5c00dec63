"""The parameters of a learner searched on the cutoffs that choose, with one cutoff left to be opened at the end.

============  =====================================================================
studying      which settings are tried next, and where all that were tried are kept [optuna]
trying        settings answered cutoff by cutoff, those that fall behind given up
result        what is told of a search, and where it is kept
recording     a search as MLflow has it
running       from a definition to a search on record
============  =====================================================================
"""
