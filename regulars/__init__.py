"""The command line: the only place that prints, and where the day is read from the clock.

====================  =====================================================================
main                  the verbs by name, each read from its file when it is called
call  options         what every verb shares, and what several take
narrator              what was done, how long it took, what to do next, or why not
company               ``init``, ``check``, ``ingest``, ``forget``
vectors               ``vectors``, ``vectors describe``
training              ``train``, ``promote``, ``rollback``, ``mlflow``
families              the families that can be trained, and what is told of each
scoring               ``score``, ``export``, ``recommend``, ``replay``
offers                ``offers simulate``, ``offers plan``
service               ``build``, ``serve``
keys                  ``keys``, ``audit``
demo                  ``demo``
check_tables          a check of the raw tables as it is shown
dictionary_tables     the dictionary of features as it is shown
training_tables       a training as it is shown
offer_tables          a simulated change and a written plan as they are shown
====================  =====================================================================

A file of verbs loads little when it is read, so that ``--help`` and a shell's completion answer at once; what
a verb works with is imported where it begins to work.
"""
