"""What a campaign brought beyond what would have come anyway, where lots were drawn: plain functions of arrays, NumPy alone.

==================  ===========================================================================
arms                who was treated and who was held out, checked before anything is measured
adjustment          covariates and strata as columns that narrow an interval and move nothing else
influence           the mean of an arm, and what each customer adds to its error
effect              the effect by customer and in total, with its interval
ratios              the effect on a ratio, such as margin by order
campaigns           several campaigns and actions together, each customer once
power               which effect a hold-out can find, and which hold-out an effect needs
looking             looks before the end, by a rule that was fixed before the start
contamination       held-out people who were contacted, outcomes too early, customers in two campaigns
partial_pooling     effects of groups, each drawn to the others by how unsure it is
wasted              money spent on customers for whom a contact brings less than it costs
student             quantiles of normal and t distributions
==================  ===========================================================================
"""
