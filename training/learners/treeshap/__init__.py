"""Exact contributions of boosted trees, fast enough to explain everybody every night.

==============  ============================================================================
model_text      LightGBM's own text → forests of flat arrays; what is not supported, refused
leaf_groups     which leaves of a tree share a table or, where their conditions are many, several
group_layout    the arrays of a group: conditions, columns, what each leaf asks of a pattern
shapley_tables  the Shapley values of a group of leaves, for every pattern of its conditions
kernels         rows through the tables: a block of rows, one row
explainer       the parts put together: ``Explainer.of(forest, column_of).contributions(rows)``
compiled        how all of it is compiled                                            [numba]
==============  ============================================================================

``docs/exact-contributions.md`` explains the method with a small tree. Only ``model_text`` and
``explainer`` are for others to import; both are light until the first table is built.
"""
