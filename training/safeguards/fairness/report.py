"""What is given up by leaving protected attributes out, and which of the other attributes tell them all the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import sqrt
from types import MappingProxyType
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.tables import CUSTOMERS
from training.safeguards.fairness.protected import ProtectedAttribute
from training.safeguards.fairness.treatment import GroupTreatment
from training.safeguards.leaks.coding import Coded, standing
from training.safeguards.leaks.columns import ReadColumn
from training.safeguards.leaks.weighing import Weighing, concordance

LEAST_PROXY_AUC = 0.6
"""An attribute that tells a protected one so well, as by an AUC, stands for it."""
_ERRORS = 4.0
FEWEST_ROWS, FEWEST_OF_A_SIDE = 100, 20
_DIGITS = 6


@dataclass(frozen=True)
class Proxy:
    """Another attribute by which a protected one is told: how well, as by an AUC."""

    column: str
    told: float


@dataclass(frozen=True)
class LeftOut:
    """A protected attribute that no model reads.

    ``given_up`` is what all that is read would tell more with it, in AUC or its like for amounts; ``told`` is how well the
    other attributes together tell it, and ``proxies`` those that do by themselves, the strongest first.
    """

    name: str
    given_up: float
    told: float
    proxies: Sequence[Proxy]


@dataclass(frozen=True)
class FairnessReport:
    """Every protected attribute that is mapped, tried on so many rows.

    ``lawful`` are those that may be read, with the reason the company gives. ``groups`` says how a list of ``list_size``, 0 for
    the riskiest tenth, treats the groups these attributes make; empty where it was not asked.
    """

    rows: int
    left_out: Sequence[LeftOut]
    lawful: Mapping[str, str] = field(default_factory=dict)
    groups: Sequence[GroupTreatment] = ()
    list_size: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The report as plain fields."""
        return {
            "rows": self.rows,
            "left_out": [_rounded(asdict(one)) for one in self.left_out],
            "lawful": dict(self.lawful),
            "groups": [_rounded(one.as_dict()) for one in self.groups],
            "list_size": self.list_size,
        }


def weigh_protected(
    vectors: Vectors,
    outcomes: Floats,
    columns: Sequence[ReadColumn],
    protected: Sequence[ProtectedAttribute],
    lawful: Mapping[str, str] = MappingProxyType({}),
) -> FairnessReport:
    """Weigh each protected attribute of these rows against the outcome and against the other attributes.

    Those the company calls ``lawful`` are read, and named with its reason.
    """
    read_lawfully = {one.name: lawful[one.name] for one in protected if one.name in lawful}
    others = [one for one in protected if one.name not in lawful]
    if not others or vectors.rows < FEWEST_ROWS:
        return FairnessReport(vectors.rows, (), read_lawfully)
    read = {name for one in columns for name in one.feature_names}
    values = {name: vectors.column(name).astype(np.float64) for name in sorted(read)}
    attributes = [one for one in columns if one.table == CUSTOMERS.name]
    # More threads would sum in another order, and the same data must give the same report.
    with threadpool_limits(1):
        before = concordance(outcomes, _predicted(values, outcomes, vectors))
        return FairnessReport(
            vectors.rows,
            [_left_out(one, values, outcomes, vectors, attributes, before) for one in others],
            read_lawfully,
        )


def _left_out(
    one: ProtectedAttribute,
    values: Mapping[str, Floats],
    outcomes: Floats,
    vectors: Vectors,
    attributes: Sequence[ReadColumn],
    before: float,
) -> LeftOut:
    with_it = dict(values) | {f"+{at}": side for at, side in enumerate(one.sides)}
    given_up = concordance(outcomes, _predicted(with_it, outcomes, vectors)) - before
    together, alone = 0.5, dict.fromkeys((each.name for each in attributes), 0.5)
    certain: set[str] = set()
    for side in _asked(one):
        known = np.flatnonzero(~np.isnan(side))
        fewer = _fewer(side[known])
        if fewer < FEWEST_OF_A_SIDE or not attributes:
            continue
        some = vectors.select(known)
        weighing = Weighing(
            _coded(
                {name: values[name][known] for each in attributes for name in each.feature_names}
            ),
            side[known],
            some.customer_keys,
        )
        together = max(together, concordance(side[known], weighing.without(set())))
        for each in attributes:
            told = concordance(side[known], weighing.alone(set(each.feature_names)))
            alone[each.name] = max(alone[each.name], told)
            if told >= LEAST_PROXY_AUC and told - 0.5 >= _ERRORS * sqrt(1.0 / (12.0 * fewer)):
                certain.add(each.name)
    ordered = sorted(certain, key=lambda name: (-alone[name], name))
    return LeftOut(one.name, given_up, together, [Proxy(name, alone[name]) for name in ordered])


def _asked(one: ProtectedAttribute) -> Iterator[Floats]:
    """Its sides; of a number also how far from the middle it is, which another may tell that tells no direction."""
    for side in one.sides:
        yield side
        if len(np.unique(side[~np.isnan(side)])) > 2:
            yield np.where(np.isnan(side), np.nan, np.abs(standing(side)))


def _predicted(values: Mapping[str, Floats], outcomes: Floats, vectors: Vectors) -> Floats:
    return Weighing(_coded(values), outcomes, vectors.customer_keys).without(set())


def _coded(values: Mapping[str, Floats]) -> Coded:
    stands = {name: standing(one) for name, one in values.items()}
    missing = {name: np.isnan(one) for name, one in values.items()}
    return Coded.of(stands, missing, frozenset(values))


def _fewer(side: Floats) -> int:
    """How many of the rarer kind there are, or half of all where it is a number."""
    kinds, counts = np.unique(side, return_counts=True)
    if len(kinds) < 2:
        return 0
    return int(counts.min()) if len(kinds) == 2 else len(side) // 2


def _rounded(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _rounded(one) for key, one in content.items()}
    if isinstance(content, list | tuple):
        return [_rounded(one) for one in content]
    return round(content, _DIGITS) if isinstance(content, float) else content
