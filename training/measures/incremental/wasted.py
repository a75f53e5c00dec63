"""Wasted contacts: money spent on customers for whom a contact brings less than it costs.

Nobody sees what one customer would have done otherwise, so who was contacted in vain is told by groups: sure things, lost causes and those
whom it drove away. A group whose gain is unsure is not called wasted or well spent by the sign of its figure, which would take luck for a fact;
its money counts by the chance that it was wasted, and the interval by all that its gain may be (``partial_pooling``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats, Truths
from features.vocabulary.errors import UsageRefused
from training.measures.estimates import Estimate
from training.measures.incremental.arms import require_as_many
from training.measures.incremental.effect import CampaignEffect
from training.measures.incremental.partial_pooling import DRAWS, factors
from training.measures.incremental.student import normal_quantile

LEAST_EXPECTED = 0.05
"""Also where nothing is expected something may come: so much of the cost at least."""
MOST_UNLIKE = 1.0
"""How unlike the customers of one group may be, as the standard deviation of the logarithm of their gains."""
_LIKENESS = 9
_LIKELIER_THAN_NOT = 0.5


@dataclass(frozen=True)
class WastedGroup:
    """The contacts of one group: what they cost, what each brought, and how much of the money was wasted.

    ``gain_cents`` is what a contact is believed to bring before its cost, ``chance_harmful`` the chance that contacts of this group drive
    more away than they win. ``would_have`` is the share, or mean, that the group reaches without a contact; NaN where it was not measured.
    """

    group: int
    contacts: int
    spent_cents: float
    gain_cents: Estimate
    wasted_cents: Estimate
    chance_harmful: float
    would_have: float


@dataclass(frozen=True)
class WastedKinds:
    """On whom money was wasted: *sure things* buy or stay anyway, likelier than not, *lost causes* do not, and contacts *made worse* the rest.

    They add up to all that was wasted, but for rounding.
    """

    sure_things_cents: Estimate
    lost_causes_cents: Estimate
    made_worse_cents: Estimate


@dataclass(frozen=True)
class WastedContacts:
    """The money spent in a campaign and how much of it was wasted, at 95 percent, over all groups, by group and by kind of customer.

    ``kinds`` is None where nothing says who would stay anyway.
    """

    contacts: int
    spent_cents: float
    wasted_cents: Estimate
    groups: tuple[WastedGroup, ...]
    kinds: WastedKinds | None


def wasted_contacts(
    groups: NDArray[np.integer],
    costs_cents: Floats,
    effects: Mapping[int, CampaignEffect | None],
    expected_cents: Floats | None = None,
    *,
    stay_anyway: Floats | None = None,
) -> WastedContacts:
    """How much of the money for contacts went to customers for whom (chance with - chance without) x money lies below the cost.

    One entry a contact that was made: its ``groups`` (status x action, or a part by expected gain, known before the lot), what it cost, and
    what it was expected to bring before its cost; without that, as much as it cost. ``effects`` are those on money in cents, by group
    (``effects_by_group``), None where a group tells nothing. ``stay_anyway`` is the chance of each customer to buy or stay without a contact.

    Each group's factor on its expectation is believed by ``partial_pooling``. Customers of a group differ around it, by how much nobody can see
    in one campaign: anything from not at all to ``MOST_UNLIKE`` is taken for as likely, and lies in the interval. ``DataRefused`` where
    columns are not of one length, ``UsageRefused`` for a group without an entry in ``effects`` or a cost that is not above 0.
    """
    contacts = _Contacts.of(groups, costs_cents, expected_cents)
    drawn = factors(*contacts.measured(effects))
    unlike = np.random.default_rng(2).uniform(0.0, MOST_UNLIKE, DRAWS)
    stays = None
    if stay_anyway is not None:
        require_as_many("chances to stay anyway", len(stay_anyway), len(groups))
        stays = np.asarray(stay_anyway) >= _LIKELIER_THAN_NOT
    rows, total = [], np.zeros(DRAWS)
    by_kind = np.zeros((3, DRAWS))
    for place, name in enumerate(contacts.names):
        factor, here = drawn[:, place], contacts.place == place
        wasted = contacts.wasted(here, factor, unlike)
        rows.append(
            WastedGroup(
                group=name,
                contacts=int(here.sum()),
                spent_cents=float(contacts.costs[here].sum()),
                gain_cents=_believed(factor * contacts.expected_mean[place]),
                wasted_cents=_believed(wasted),
                chance_harmful=float((factor < 0.0).mean()),
                would_have=_untreated(effects[name]),
            )
        )
        total += wasted
        if stays is not None:
            on_sure_things = contacts.wasted(here & stays, factor, unlike)
            is_harmful = factor < 0.0
            by_kind += np.where(
                is_harmful,
                [np.zeros(DRAWS), np.zeros(DRAWS), wasted],
                [on_sure_things, wasted - on_sure_things, np.zeros(DRAWS)],
            )
    return WastedContacts(
        contacts=len(groups),
        spent_cents=float(contacts.costs.sum()),
        wasted_cents=_believed(total),
        groups=tuple(rows),
        kinds=None if stays is None else WastedKinds(*(_believed(one) for one in by_kind)),
    )


@dataclass(frozen=True)
class _Contacts:
    """Contacts with what each cost and was expected to bring; ``place`` is that of its group among the ``names``."""

    names: list[int]
    place: NDArray[np.intp]
    costs: Floats
    expected: Floats
    expected_mean: Floats
    """The mean of each group."""

    @classmethod
    def of(
        cls, groups: NDArray[np.integer], costs_cents: Floats, expected_cents: Floats | None
    ) -> Self:
        costs = np.asarray(costs_cents, np.float64)
        expected = costs if expected_cents is None else np.asarray(expected_cents, np.float64)
        for name, one in (("costs", costs), ("expected gains", expected)):
            require_as_many(name, len(one), len(groups))
        faulty = ~(np.isfinite(costs) & (costs > 0.0))
        if faulty.any():
            raise UsageRefused(
                expected="a cost above 0 for each contact",
                found=f"{int(faulty.sum()):,} without one",
                remedy="What costs nothing wastes nothing: leave it out.",
            )
        if np.isnan(expected).any():
            raise UsageRefused(
                expected="what each contact was expected to bring",
                found=f"{int(np.isnan(expected).sum()):,} of which that is not known",
                remedy="Say what it cost where nothing is known.",
            )
        expected = np.maximum(expected, LEAST_EXPECTED * costs)
        names, place = np.unique(groups, return_inverse=True)
        mean = np.bincount(place, expected, len(names)) / np.bincount(place, minlength=len(names))
        return cls(names.tolist(), place.reshape(-1), costs, expected, mean)

    def measured(self, effects: Mapping[int, CampaignEffect | None]) -> tuple[Floats, Floats]:
        """The effect of each group and its error as multiples of what was expected; NaN where it was not measured."""
        missing = [str(one) for one in self.names if one not in effects]
        if missing:
            raise UsageRefused(
                expected="an effect of every group that was contacted, or None",
                found=f"none of {', '.join(missing)}",
                remedy="Measure them with the others (effects_by_group).",
            )
        known = [effects[one] for one in self.names]
        found = [np.nan if one is None else one.difference for one in known]
        errors = [np.nan if one is None else one.standard_error for one in known]
        return np.array(found) / self.expected_mean, np.array(errors) / self.expected_mean

    def wasted(self, rows: Truths, factor: Floats, unlike: Floats) -> Floats:
        """The money wasted on some contacts of a group, for each of so many factors on what was expected of it."""
        pays_from = self.costs[rows] / self.expected[rows]
        order = np.argsort(pays_from, kind="stable")
        spent = np.r_[0.0, np.cumsum(self.costs[rows][order])]
        total = np.zeros(len(factor))
        for step in range(_LIKENESS):
            z = normal_quantile((step + 0.5) / _LIKENESS)
            # Of a mean of 1, whatever the spread.
            theirs = factor * np.exp(unlike * z - unlike**2 / 2.0)
            total += spent[-1] - spent[np.searchsorted(pays_from[order], theirs, "right")]
        return total / _LIKENESS


def _believed(drawn: Floats) -> Estimate:
    return Estimate.of(float(drawn.mean()), drawn)


def _untreated(effect: CampaignEffect | None) -> float:
    return float("nan") if effect is None else effect.untreated_mean
