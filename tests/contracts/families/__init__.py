"""The families of models, each tiny and learned at once."""

from collections.abc import Mapping

from tests.contracts.families import churn, items, offers, segments, value
from tests.contracts.families.family import Family

FAMILIES: Mapping[str, Family] = {
    one.kind.name: one
    for one in (churn.FAMILY, value.FAMILY, segments.FAMILY, items.FAMILY, offers.FAMILY)
}
