"""VECTORS → DATASETS → MODELS → REGISTRY: learn who is about to leave, and measure how well.

===============  ==========================================================================
labels           what came of a customer after a cutoff, and whom the question is asked of
splits           which past cutoffs fit, calibrate and test, so that no outcome reaches back
dataset          the one thing a model is given
model            the promise of every model: fit, score, save, load
logistic         logistic regression, stored as plain numbers; every simple rule is one
boosting         gradient-boosted trees                                         [lightgbm]
treeshap/        their exact contributions, for everybody every night               [numba]
calibration      from log-odds to a probability that holds
churn            the rungs of the churn ladder: from the base rate to all features
ladder           every rung at every test cutoff, and which of them ships
metrics          plain functions of arrays
evaluation/      grade, money, slices and age of the shipped model                   [shap]
timing/          when the next order comes: the hazard that ships, and how well it tells
manifest         what a bundle says about itself
reference        quantiles of the training customers, and invented golden rows
bundle           the model on disk: verified before it is parsed
traits           which habits make behaviour segments, and the words for them
clusters         k-means, its stability and principal axes                     [scikit-learn]
segments         frozen centres that say who buys alike; assigns by numpy alone
segment_*        how many, their names, profiles, bundle, record and recipe
usefulness       the variance groups explain, and RFM scores to beat
migration        who moved between segments, in customers, rates and money
standing         stage × status, in customers and money
spending         what customers spent in a stretch of time, in exact cents
report           plots and tables of a training run                           [matplotlib]
card             the model card
registry         runs, versions and aliases                                       [mlflow]
promotion        the gate between a challenger and the model in use
learned          from events to a measured model in memory, nothing published
record           what a training run leaves behind, as one folder
recipe           store → dataset → ladder → fit → bundle → register, on one page
===============  ==========================================================================

Serving imports ``training.bundle`` and what that needs: NumPy, LightGBM and numba, nothing heavier.
"""
