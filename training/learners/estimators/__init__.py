"""Our learners and our ways to split the past, as scikit-learn's own tools take them.                 [sklearn]

Rows say who and when they are by the index of their table: levels ``customer_id`` and ``cutoff``. Nothing that
serves imports this room.

=============  =======================================================================
rows           whom the rows of a table are about, and as of when
forward        tests at later cutoffs than all that was learned from
customers      tests on other customers than those learned from
classifiers    each learner of the ladder with ``fit`` and ``predict_proba``
=============  =======================================================================
"""
