"""VECTORS → DATASETS → MODELS → REGISTRY: learn who leaves and what customers bring, and measure how well.

Rooms, each with its own door:

===============  ==========================================================================
questions/       what a model is asked: of whom, what may come true, and until when
evaluation/      grade, money, slices and age of the shipped model                   [shap]
timing/          when the next order comes: the hazard that ships, and how well it tells
value/           what a customer will bring, with a range, why, and what of it is at risk
items/           what customers would take next, again or for the first time      [implicit]
segments/        who buys alike, by frozen centres, why, and who moved           [scikit-learn]
treeshap/        exact contributions of trees, for everybody every night
reasons/         contributions → points that add up and sentences the facts bear out
trust/           whether those reasons can be trusted, tried in every training
===============  ==========================================================================

What all of them share, and the way of a churn model:

===============  ==========================================================================
splits, folds    which past cutoffs fit, calibrate and test, so that no outcome reaches back
dataset          the one thing a model is given
model            the promise of every model: fit, score, save, load
logistic         logistic regression, stored as plain numbers               [scikit-learn]
boosting         gradient-boosted trees                                          [lightgbm]
compiled         loops over trees, rows and items as machine code                   [numba]
leaf_sums        what a forest answers, leaf by leaf
blended          the mean of a logistic model and trees, whose reasons still add up
calibration      from log-odds to a probability that holds
churn            the rungs of the churn ladder: from the base rate to all features
strongest        the rule to beat where nobody has orders
ladder           every rung at every test cutoff, and which of them ships
metrics          plain functions of arrays
manifest         what a bundle says about itself
reference        quantiles of the training customers, and invented golden rows
bundle, shelf    the model on disk, verified before it is parsed; which is in use
plans            which plan vectors are built by
report           plots and tables of a training run                            [matplotlib]
summary_tables   the same at the command line
card             the model card
registry         runs, versions and aliases                                        [mlflow]
tracking_server  MLflow's own pages
gate, promotion  what a challenger must show, and how it is put to use or taken back
learned          from events to a measured model in memory, nothing published
record           what a training run leaves behind, as one folder
recipe           store → dataset → ladder → fit → bundle → register, on one page
===============  ==========================================================================

Serving imports the bundles and what they need: NumPy, LightGBM and numba, nothing heavier.
"""
