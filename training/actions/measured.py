"""What past campaigns have shown of a contact, and what that makes of an assumption about it.

A contact can keep only those who would not come back without it, and nobody who has gone for good. So its effect is told as
a *lift*: of customers who come back anyway so many more come back. One lift holds for all statuses unless their figures
differ by more than chance, and each status lies between its own figure and the common one by how sure its own is
(empirical Bayes, with the spread between statuses of DerSimonian and Laird, 1986, less what chance may do). The common lift lies between what was
measured and what was assumed of all contacts (``lifts.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from features.lifecycle.stages import LifecycleStatus
from features.vocabulary.arrays import Floats
from training.actions.assumed import still_to_lose
from training.actions.lifts import MeasuredLift, believed
from training.measures.estimates import Estimate

CONTACTS = "contacts"
"""Where the evaluation of a churn model says what contacts have done."""
FEWEST_IN_AN_ARM = 50
"""Of fewer customers in either arm of a status nothing is told by its own figures."""
_NORMAL_95 = 1.959964
_ONCE_IN = 0.01
"""How often statuses that are all alike are taken for different ones."""


@dataclass(frozen=True)
class MeasuredStatus:
    """One status in the campaigns of a contact, by what was known when they began.

    ``came_back`` is the share of those held out who bought after the horizon was over, ``silent`` the share who bought nothing
    in it; ``kept`` is how many more of those contacted came back, as a share of all, and ``standard_error`` how sure that is.
    """

    contacted: int
    held_out: int
    came_back: float
    silent: float
    kept: float
    standard_error: float

    @property
    def is_enough(self) -> bool:
        """Whether its own figures tell anything."""
        fewest = min(self.contacted, self.held_out)
        return fewest >= FEWEST_IN_AN_ARM and self.came_back > 0 and self.standard_error > 0


@dataclass(frozen=True)
class RetentionChances:
    """The chance that a contact keeps a customer of each status, NaN where nothing was measured, in the order of ``LifecycleStatus``.

    ``share_measured`` is how much the contact's own measurement weighs beside what is assumed of it.
    """

    by_status: Floats
    share_measured: float


@dataclass(frozen=True)
class MeasuredContact:
    """One kind of contact as campaigns with customers held out at random have measured it.

    ``statuses`` stand by the word of ``LifecycleStatus``. Customers were followed for ``shortest_days`` to ``longest_days`` after the horizon.
    """

    name: str
    campaigns: int
    first_day: str
    last_day: str
    shortest_days: int
    longest_days: int
    statuses: Mapping[str, MeasuredStatus]

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """As a bundle says it."""
        statuses = {word: MeasuredStatus(**one) for word, one in said["statuses"].items()}
        return cls(**{**said, "statuses": statuses})

    def as_dict(self) -> dict[str, Any]:
        """The measurement as plain fields."""
        return asdict(self)

    @property
    def contacted(self) -> int:
        """How often somebody was contacted."""
        return sum(one.contacted for one in self.statuses.values())

    @property
    def held_out(self) -> int:
        """How often somebody was held out."""
        return sum(one.held_out for one in self.statuses.values())

    @property
    def retained_share(self) -> Estimate:
        """Of all who were contacted the share that was kept, as it was counted, at 95 percent."""
        statuses = self.statuses.values()
        customers = np.array([one.contacted + one.held_out for one in statuses], np.float64)
        weights = customers / customers.sum()
        mean = float(weights @ [one.kept for one in statuses])
        variance = weights**2 @ [one.standard_error**2 for one in statuses]
        margin = _NORMAL_95 * float(np.sqrt(variance))
        return Estimate(mean, mean - margin, mean + margin)

    def lift(self, assumed_shares: Sequence[float]) -> MeasuredLift | None:
        """Its lift over all statuses beside the assumed one; None where no status has enough customers in both arms.

        ``assumed_shares`` are what the company assumes: of those of a status whom ``still_to_lose`` takes to leave so many stay.
        """
        told = [one for one in self.statuses.values() if one.is_enough]
        if not told:
            return None
        came_back = np.array([one.came_back for one in told])
        lifts = np.array([one.kept for one in told]) / came_back
        variances = (np.array([one.standard_error for one in told]) / came_back) ** 2
        spread = _spread(lifts, variances)
        own = 1.0 / (variances + spread)
        total = float(own.sum())
        assumed = self._assumed_lift(assumed_shares)
        return MeasuredLift(assumed, float((own * lifts).sum()) / total, 1.0 / total, spread)

    def chances_by_status(
        self, lift: float, spread: float, came_back_if_gone: float | None
    ) -> Floats:
        """The chance to keep a customer of each status, by a lift of all and how much statuses differ; NaN where nothing was measured.

        Who is *probably gone* is told by a model and not by the rules the campaigns were measured by; ``came_back_if_gone`` is the
        share of them who come back, None where that is not known.
        """
        by_status = np.full(len(LifecycleStatus), np.nan)
        for word, one in self.statuses.items():
            by_status[_code(word)] = one.came_back * _between(one, lift, spread)
        if came_back_if_gone is not None:
            by_status[LifecycleStatus.PROBABLY_GONE] = came_back_if_gone * lift
        return by_status

    def _assumed_lift(self, assumed_shares: Sequence[float]) -> float:
        """The lift that the assumption comes to among the customers of the campaigns."""
        kept = came_back = 0.0
        for word, one in self.statuses.items():
            customers = one.contacted + one.held_out
            kept += customers * assumed_shares[_code(word)] * still_to_lose(one.silent)
            came_back += customers * one.came_back
        return kept / came_back


def retention_chances_of(
    measured: Mapping[str, MeasuredContact],
    assumed_shares: Mapping[str, Sequence[float]],
    *,
    came_back_if_gone: float | None = None,
) -> dict[str, RetentionChances]:
    """The chances to keep a customer by each contact that campaigns tell enough of, weighed against what is assumed of all of them."""
    lifts = {name: one.lift(assumed_shares[name]) for name, one in measured.items()}
    told = {name: one for name, one in lifts.items() if one is not None}
    return {
        name: RetentionChances(
            measured[name].chances_by_status(found.mean, told[name].spread, came_back_if_gone),
            found.share_measured,
        )
        for name, found in zip(told, believed([*told.values()]), strict=True)
    }


def contacts_measured(evaluation: Mapping[str, Any]) -> dict[str, MeasuredContact]:
    """The kinds of contact that the evaluation of a churn model has measured, by name; none in one of before."""
    found = (MeasuredContact.read(one) for one in evaluation.get(CONTACTS, ()))
    return {one.name: one for one in found}


def _code(word: str) -> int:
    return int(LifecycleStatus[word.upper()])


def _between(one: MeasuredStatus, lift: float, spread: float) -> float:
    """The lift of one status: its own as far as it is sure, else the common one."""
    if not one.is_enough or spread == 0.0:
        return lift
    variance = (one.standard_error / one.came_back) ** 2
    trust = spread / (spread + variance)
    return trust * one.kept / one.came_back + (1.0 - trust) * lift


def _spread(lifts: Floats, variances: Floats) -> float:
    """By how much lifts differ beyond what chance may do, as a variance; 0 where chance explains it.

    In ninety-nine of a hundred campaigns whose statuses are all alike it is 0: taking any difference for a real one would put those
    statuses first whose figures are too good by chance.
    """
    weights = 1.0 / variances
    centre = (weights * lifts).sum() / weights.sum()
    excess = (weights * (lifts - centre) ** 2).sum() - _by_chance(len(lifts) - 1)
    scale = weights.sum() - (weights**2).sum() / weights.sum()
    return max(0.0, float(excess / scale)) if scale > 0 else 0.0


def _by_chance(freedom: int) -> float:
    """What a sum of so many squared standard normals exceeds once in a hundred times."""
    from scipy.special import chdtri

    return float(chdtri(freedom, _ONCE_IN)) if freedom else 0.0
