"""What the vector bench measures against: the same features by SQL, polars and pandas.

Each engine is a process of its own, so that its CPU seconds and its memory are those of the whole of
it: ``python -m experiments.bench.vectors.run ENGINE FOLDER``.
"""
