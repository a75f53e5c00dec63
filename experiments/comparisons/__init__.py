"""Experiments side by side, on the rows that all of them answered.

============  =====================================================================
paired        what two experiments or more answered of the same customers at the same cutoffs
differences   how far figures differ, with the interval that resampled customers give
kinds         the same by the kind of customer, and how well probabilities hold
comparison    all of that, and which settings differ
page          a comparison as one HTML file
leaderboard   every run on the same rows, the best first
ablation      families of features taken out, and taken alone
============  =====================================================================
"""
