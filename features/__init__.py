"""Raw tables → checks → store → plan → vectors.

=============  ============================================================================
vocabulary/    the words all others use: time, months, raw tables, faults, progress
company/       what a company declares (``regulars.toml``), and the folder everything lives in
sources/       files and databases made readable                                  [duckdb]
checks/        a company's tables held to their declaration, every row accounted for
store/         checked events by customer and time, and the arrays made of them
declarations/  what can be computed of events, and how a feature says so
behaviour/     the features, a file a family: the place to add one
plan/          declarations made into one program of integers
kernel/        the only code that computes a feature                               [numba]
vectors/       one row a customer and cutoff: for everybody, for a night, for one call
exports/       vectors for other programs, by this machine or by Spark           [pyspark]
lifecycle/     where a customer stands, by rule and by rhythm
proposal/      a ``regulars.toml`` proposed for files nobody has described
=============  ============================================================================
"""
