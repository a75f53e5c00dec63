"""Vectors → datasets → models → registry: learn who leaves and what customers bring, and measure how well.

==========  ===============================================================================
questions/  what a model is asked: of whom, what may come true, and until when
datasets/   the one thing a model is given, and which part of the past is for what
learners/   models without a company: fitted, written, opened again    [lightgbm, scikit-learn]
treeshap/   exact contributions of trees, for everybody every night
measures/   plain functions of arrays: how good, with which interval, worth how much
purchases/  who bought which items when; items and offers stand on it
reasons/    contributions → points that add up and sentences the facts bear out
plots/      curves of arrays, as pictures                                     [matplotlib]
ladder/     every rung at every test cutoff, and which of them ships
trust/      whether reasons can be trusted, tried in every training
bundles/    the model on disk: sealed, signed, proven, admitted
registry/   runs, versions, the gate, and what is in use                          [mlflow]
recipe/     the one way from a store to a model in use
families/   a folder a family: churn, value, segments, items, offers
compiled    loops over trees, rows and items as machine code                       [numba]
==========  ===============================================================================

Serving imports the bundles and what they need: NumPy, LightGBM and numba, nothing heavier.
"""
