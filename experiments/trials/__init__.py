"""A trial: the ladder of a declared experiment, without reasons, plots and registry, answered piece by piece.

============  =====================================================================
stretch       the company's events of a stretch of its past alone
rows          the judged customers of an experiment, kept until the data change
estimators    an estimator of scikit-learn as a rung
rungs         which rungs of the ladder an experiment has
answers       what a rung answered at a test, written as soon as it is known
trial         every rung at every test, gone on with after a kill
results       what came of the experiments of a workspace, by their names
running       from a definition to a result on record
promoting     what an experiment has chosen, as a family that trains it and nothing else
============  =====================================================================
"""
