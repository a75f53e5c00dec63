"""What can be computed of events, and how a feature says so.

==========  ===========================================================================
events      which events, by conditions and by instants that have passed
values      counts, totals, gaps, trends and what is made of several of them
keyed       what is new among categories, brands and items, and how the mix is spread
instants    settlements, acceptances, ends: values of instants that rows carry
attributes  what a customer declared
buying      how a customer is expected to buy on
calendar    where in the year the cutoff stands
feature     a value with its entry in the dictionary
names       texts of the data inside names and sentences
==========  ===========================================================================
"""

from features.declarations.attributes import (
    Declared,
    DeclaredFlag,
    DeclaredNumber,
    DeclaredSince,
    DeclaredText,
)
from features.declarations.buying import (
    Buying,
    BuyingModel,
    ExpectedPurchases,
    NoPurchase,
    StillBuying,
)
from features.declarations.calendar import TimeOfYear
from features.declarations.events import COMPARISONS, Comparison, Condition, Events, Moment
from features.declarations.feature import (
    WINDOWS,
    Actionable,
    Declaration,
    Feature,
    ReasonGroup,
    declare,
    window_phrase,
    windowed,
)
from features.declarations.instants import Elapsed, SinceInstant, UntilInstant
from features.declarations.keyed import Entropy, Mix, New, TopShare
from features.declarations.names import quoted, slugs
from features.declarations.values import (
    WHOLE_PAST,
    Bins,
    Count,
    Difference,
    Distinct,
    Gap,
    Largest,
    Latest,
    Ratio,
    Repeats,
    SinceFirst,
    SinceLast,
    Sum,
    Total,
    Value,
)

__all__ = [
    "COMPARISONS",
    "WHOLE_PAST",
    "WINDOWS",
    "Actionable",
    "Bins",
    "Buying",
    "BuyingModel",
    "Comparison",
    "Condition",
    "Count",
    "Declaration",
    "Declared",
    "DeclaredFlag",
    "DeclaredNumber",
    "DeclaredSince",
    "DeclaredText",
    "Difference",
    "Distinct",
    "Elapsed",
    "Entropy",
    "Events",
    "ExpectedPurchases",
    "Feature",
    "Gap",
    "Largest",
    "Latest",
    "Mix",
    "Moment",
    "New",
    "NoPurchase",
    "Ratio",
    "ReasonGroup",
    "Repeats",
    "SinceFirst",
    "SinceInstant",
    "SinceLast",
    "StillBuying",
    "Sum",
    "TimeOfYear",
    "TopShare",
    "Total",
    "UntilInstant",
    "Value",
    "declare",
    "quoted",
    "slugs",
    "window_phrase",
    "windowed",
]
