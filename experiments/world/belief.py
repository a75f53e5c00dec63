"""What can be known at a cutoff: the exact chance that a customer still comes, and will order again.

Both are forward recursions over days under the laws of ``lives.py``, with every hidden trait known
but not whether the customer has already left: that is inferred from what the company could see before
the cutoff. ``belief`` runs from each customer's last regular order to the cutoff (a Bayes filter: each
silent day, each touchpoint and each offer not taken is evidence); ``no_order`` runs from the cutoff to
the end of the horizon, over everything that may still happen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.world.campaigns import ACCEPT_DAYS, CAMPAIGN_EVERY_DAYS, campaign_day
from experiments.world.contact_campaigns import ContactCampaigns
from experiments.world.lives import COMPLAINT_DAYS, RESOLVE_CHANCE, leave_rate_on
from experiments.world.people import Flags, People
from experiments.world.seasons import ORDINARY, Clock
from features.vocabulary.arrays import Floats, Ints

TOUCHES_AFTER_LEAVING = 0.5
"""Who has left still visits and clicks, at this share of the former rate."""


_NO_CUSTOMERS = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Seen:
    """What the company saw of some customers before a cutoff, one entry a customer.

    ``last_day`` is the day of the last regular order, and ``open_from``, ``open_until`` belong to its
    complaint. ``touches[day]`` lists who had a touchpoint on a day, once for each. ``chances``
    holds, for each campaign, the chance of acceptance as far as it is known at the cutoff, and
    ``accepted_days`` the day of acceptance where it was seen. ``clock`` runs to the last day asked about.
    ``contacts`` are the campaigns of plain contacts; those after the cutoff count as known, like the end of a contract.
    """

    people: People
    last_day: Ints
    open_from: Ints
    open_until: Ints
    touches: dict[int, Ints]
    chances: dict[int, Floats]
    accepted_days: dict[int, Ints]
    contacts: ContactCampaigns
    clock: Clock = ORDINARY

    def leave_rate_on(self, day: int, complaint_open: Flags) -> Floats:
        """The rate of leaving on one day, given who has a complaint open."""
        return leave_rate_on(
            self.people, day, complaint_open, self.contacts.lowers(self.people, day)
        )


def belief(seen: Seen, cutoff_day: int) -> Floats:
    """The chance that each customer still comes, at the start of the cutoff day."""
    people = seen.people
    here = np.ones(len(people))
    gone = np.zeros(len(people))
    touched_less = np.exp(people.touch_rate * (1.0 - TOUCHES_AFTER_LEAVING))
    first = int(seen.last_day.min(initial=cutoff_day)) + 1
    for day in range(first, cutoff_day):
        silent = seen.last_day < day
        complaint_open = (seen.open_from <= day) & (day < seen.open_until)
        stays = np.exp(-seen.leave_rate_on(day, complaint_open))
        gone_today = (gone + here * (1.0 - stays)) * touched_less
        # Whoever ordered later than that day is left as they were; their clock must not run backwards.
        silent_from = np.minimum(seen.last_day + 1, day)
        here_today = here * stays * passes_without_order(people, silent_from, day, seen.clock)
        touched = np.bincount(seen.touches.get(day, _NO_CUSTOMERS), minlength=len(people))
        gone_today = gone_today * TOUCHES_AFTER_LEAVING**touched
        accepts, accepted = _offer_evidence(seen, day)
        here_today *= 1.0 - accepts
        gone_today[accepted] = 0.0
        here_today[accepted] = 1.0
        total = here_today + gone_today
        here = np.where(silent, here_today / total, here)
        gone = np.where(silent, gone_today / total, gone)
    return here


def passes_without_order(
    people: People, silent_from: Ints | int, day: int, clock: Clock = ORDINARY
) -> Floats:
    """The chance that a gap which has lasted since the start of a day lasts ``day`` as well.

    A ratio of two Erlang survival functions, written so that neither underflows.
    """
    rate = people.gap_shape / people.gap_mean_days
    before = rate * clock.between(silent_from, day)
    after = rate * clock.between(silent_from, day + 1)
    today = np.exp(-rate * clock.between(day, day + 1))
    return np.asarray(
        today * _erlang_sum(people.gap_shape, after) / _erlang_sum(people.gap_shape, before)
    )


def _erlang_sum(shape: Ints, x: Floats) -> Floats:
    """The first ``shape`` terms of the exponential series of ``x``."""
    term = np.ones_like(x)
    total = np.ones_like(x)
    for power in range(1, int(shape.max(initial=1))):
        term = term * x / power
        total = total + np.where(shape > power, term, 0.0)
    return total


def _running_campaign(day: int) -> int | None:
    """The campaign whose offer may be taken on a day; there is never more than one."""
    campaign = day // CAMPAIGN_EVERY_DAYS - 1
    if campaign < 0 or day - campaign_day(campaign) >= ACCEPT_DAYS:
        return None
    return campaign


def _offer_evidence(seen: Seen, day: int) -> tuple[Floats | float, Ints | Flags]:
    """Each one's chance to accept on this day unless it was before, and who was seen to accept."""
    campaign = _running_campaign(day)
    if campaign is None or campaign not in seen.chances:
        return 0.0, _NO_CUSTOMERS
    daily = seen.chances[campaign] / ACCEPT_DAYS
    passed = day - campaign_day(campaign)
    accepted_day = seen.accepted_days[campaign]
    chance = np.where(accepted_day < day, 0.0, daily / (1.0 - daily * passed))
    return chance, accepted_day == day


def no_order(seen: Seen, here: Floats, cutoff_day: int, gap_days: int, days: int) -> Floats:
    """The chance of no order on days ``[cutoff + gap, cutoff + gap + days)``.

    ``here`` is the chance that each customer still comes at the cutoff. Customers are followed in
    cohorts by the day of their latest regular order, because one placed in the gap starts the
    rhythm anew, and within a cohort by their complaint: none yet, open, or settled.
    """
    window = cutoff_day + gap_days
    cohorts = [_Cohort.at_cutoff(seen, here, cutoff_day)]
    gone = 1.0 - here
    for day in range(cutoff_day, window + days):
        ordered = np.zeros(len(here))
        for cohort in cohorts:
            gone = gone + cohort.lose(seen, day)
            ordered += cohort.order(seen, day)
        if day < window:
            cohorts.append(_Cohort.begun(ordered, day))
        else:
            accepts = _future_acceptance(seen, day, cutoff_day, window)
            for cohort in cohorts:
                cohort.masses *= 1.0 - accepts
    waiting = sum(cohort.masses.sum(axis=0) for cohort in cohorts)
    return np.asarray(np.minimum(gone + waiting, 1.0))


def _future_acceptance(seen: Seen, day: int, cutoff_day: int, window: int) -> Floats | float:
    """The chance to accept on a day of the horizon, given no acceptance earlier in it."""
    campaign = _running_campaign(day)
    if campaign is None:
        return 0.0
    start = campaign_day(campaign)
    daily = seen.chances[campaign] / ACCEPT_DAYS
    open_still = daily / (1.0 - daily * max(0, min(cutoff_day - start, ACCEPT_DAYS)))
    if start < cutoff_day:
        open_still = np.where(seen.accepted_days[campaign] < cutoff_day, 0.0, open_still)
    return np.asarray(open_still / (1.0 - open_still * (day - max(start, window))))


class _Cohort:
    """Customers by the day of their latest regular order, with their chance of each complaint state.

    ``masses`` are the chances of being here with no complaint yet, an open one, a settled one.
    """

    def __init__(self, last_day: Ints, masses: Floats) -> None:
        self.last_day = last_day
        self.masses = masses

    @classmethod
    def at_cutoff(cls, seen: Seen, here: Floats, cutoff_day: int) -> _Cohort:
        """All customers as the cutoff finds them."""
        settled = seen.open_until < cutoff_day
        is_open = (seen.open_from < cutoff_day) & ~settled
        masses = np.where(is_open, 1, 0), np.where(settled, 1, 0)
        return cls(seen.last_day, here * np.stack([1 - masses[0] - masses[1], *masses]))

    @classmethod
    def begun(cls, ordered: Floats, day: int) -> _Cohort:
        """Those who order on a day and so begin a new gap."""
        return cls(
            np.full(len(ordered), day),
            np.stack([ordered, np.zeros_like(ordered), np.zeros_like(ordered)]),
        )

    def lose(self, seen: Seen, day: int) -> Floats:
        """Let complaints open and settle, then let customers leave; returns who left."""
        people = seen.people
        none, is_open, settled = self.masses
        age = day - self.last_day
        chance = people.complaint_chance / COMPLAINT_DAYS
        passed = np.minimum(age, COMPLAINT_DAYS) - 1
        opens = np.where(age <= COMPLAINT_DAYS, chance / (1.0 - chance * passed), 0.0)
        still_open = is_open * (1.0 - RESOLVE_CHANCE)
        masses = np.stack(
            [none * (1.0 - opens), still_open + none * opens, settled + is_open - still_open]
        )
        calm = np.exp(-seen.leave_rate_on(day, np.zeros(len(people), np.bool_)))
        upset = np.exp(-seen.leave_rate_on(day, np.ones(len(people), np.bool_)))
        self.masses = masses * np.stack([calm, upset, calm])
        return np.asarray(masses.sum(axis=0) - self.masses.sum(axis=0))

    def order(self, seen: Seen, day: int) -> Floats:
        """Let the gaps that end today end; returns who orders."""
        before = self.masses.sum(axis=0)
        self.masses = self.masses * passes_without_order(
            seen.people, self.last_day + 1, day, seen.clock
        )
        return np.asarray(before - self.masses.sum(axis=0))
