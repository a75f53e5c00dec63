"""The churn list as a question: which customers, in which order, which page; all of it fits in a link."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.stages import LifecycleStatus, Stage
from features.vocabulary.arrays import Floats, Truths
from features.vocabulary.time import DAY_SECONDS
from serving.scores.score import HIGH_PERCENTILE, MEDIUM_PERCENTILE
from serving.snapshot.earlier_risks import has_jumped, points_risen
from serving.snapshot.reading import Snapshot
from training.actions.actions import NOTHING
from training.families.value.at_risk import TERCILES, Cell, value_risk_matrix
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language

BANDS = {"high": phrase("High: the top tenth"), "medium": phrase("Medium and high")}
STAGES = {one.word: one.title for one in Stage if one >= Stage.FIRST_TIME}
"""The stages of those who have bought: nobody else is judged."""
SORTS = {
    "gain": phrase("Net gain"),
    "risk": phrase("Risk"),
    "risen": phrase("Risk risen most"),
    "value": phrase("Expected value"),
    "spend": phrase("12-month spend"),
    "at_risk": phrase("Value at risk"),
    "last_seen": phrase("Last order"),
}
MONEY = ("gain", "value", "spend", "at_risk")
"""Those that are about money, which nobody is asked by where none is known."""
_PRODUCTS = {
    ("value", True): phrase("Value at risk"),
    ("value", False): phrase("Value × chance"),
    ("spend", True): phrase("Spend at risk"),
    ("spend", False): phrase("Spend × chance"),
}
STATUSES = {one.word: one.title for one in LifecycleStatus}
CONSENTS = {
    "all": phrase("Everybody"),
    "refused": phrase("Must not be contacted"),
}
"""Whom a list has beside those who may be contacted, who are its own."""
CELLS = tuple(f"{value}-{risk}" for value in TERCILES[::-1] for risk in TERCILES[::-1])
"""The cells of the matrix as links name them: value if kept before risk."""
SIZES = (25, 50, 100)
_LOWEST = {"high": HIGH_PERCENTILE, "medium": MEDIUM_PERCENTILE}
_LARGEST = 10**12
_LONGEST_NAME = 64
_NORMAL_95 = 1.959964


@dataclass(frozen=True)
class ListQuery:
    """What the link asks for; anything it cannot mean is taken as not asked.

    ``jumped`` keeps those whose risk rose by ten points or more since the earlier day. ``cell`` is a third by value if kept
    and a third by risk, such as ``high-low``. ``spend`` is in whole units of the currency, over the last 365 days, and
    ``silent`` the least days since the last order. ``action`` is the name of what is best to do, or ``nothing``. Without
    ``consent`` nobody is in the list who must not be contacted. Without ``sort`` the list is in the order of its
    scores (``usual_order``); ``rising`` puts the smallest first.
    """

    band: str = ""
    stage: str = ""
    reason: str = ""
    cell: str = ""
    jumped: bool = False
    spend: int = 0
    status: str = ""
    segment: str = ""
    action: str = ""
    consent: str = ""
    silent: int = 0
    sort: str = ""
    rising: bool = False
    page: int = 1
    size: int = SIZES[0]

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> ListQuery:
        """Read a link's parameters."""
        size = _whole(parameters.get("size", ""))
        sort = parameters.get("sort", "")
        return cls(
            band=parameters.get("band", "") if parameters.get("band") in BANDS else "",
            stage=parameters.get("stage", "") if parameters.get("stage") in STAGES else "",
            reason=parameters.get("reason", "")[:_LONGEST_NAME],
            cell=parameters.get("cell", "") if parameters.get("cell") in CELLS else "",
            jumped=parameters.get("moved") == "jumped",
            spend=_whole(parameters.get("spend", "")),
            status=parameters.get("status", "") if parameters.get("status") in STATUSES else "",
            segment=parameters.get("segment", "")[:_LONGEST_NAME],
            action=parameters.get("action", "")[:_LONGEST_NAME],
            consent=parameters.get("consent", "") if parameters.get("consent") in CONSENTS else "",
            silent=_whole(parameters.get("silent", "")),
            sort=sort if sort in SORTS else "",
            rising=parameters.get("order") == "rising",
            page=max(1, _whole(parameters.get("page", ""))),
            size=size if size in SIZES else SIZES[0],
        )

    def parameters(self) -> dict[str, str]:
        """The link's parameters, without those that say nothing."""
        said = {
            "band": self.band,
            "stage": self.stage,
            "reason": self.reason,
            "cell": self.cell,
            "moved": "jumped" if self.jumped else "",
            "spend": str(self.spend) if self.spend else "",
            "status": self.status,
            "segment": self.segment,
            "action": self.action,
            "consent": self.consent,
            "silent": str(self.silent) if self.silent else "",
            "sort": self.sort,
            "order": "rising" if self.rising else "",
            "size": str(self.size) if self.size != SIZES[0] else "",
            "page": str(self.page) if self.page > 1 else "",
        }
        return {name: value for name, value in said.items() if value}

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for fewer than everybody who may be contacted."""
        return replace(self, sort="", rising=False, page=1, size=SIZES[0]) != ListQuery()

    def link(self, path: str = "/churn", **changes: object) -> str:
        """A link to this list with some things changed; a change of anything starts at page one.

        >>> ListQuery(band="high", page=3).link(sort="spend")
        '/churn?band=high&sort=spend'
        """
        asked = replace(self, **({"page": 1} | changes))  # type: ignore[arg-type]
        query = urlencode(asked.parameters())
        return f"{path}?{query}" if query else path


EVERYBODY = ListQuery(consent="all")


@dataclass(frozen=True)
class Totals:
    """What a set of customers comes to, if the model's probabilities are right."""

    customers: int
    expected: float
    low: float
    high: float
    at_risk_cents: int
    net_gain_cents: int
    to_contact: int


def sorts(snapshot: Snapshot, language: Language = ENGLISH) -> dict[str, str]:
    """What the list can be sorted by: value where it is known, past spend where it is not, and no money where none is.

    There is something to gain only where something can be done about what is told.
    """
    absent = {*MONEY} - ({"gain", snapshot.worth, "at_risk"} if snapshot.worth else set())
    if not snapshot.acts:
        absent.add("gain")
    if not snapshot.compared:
        absent.add("risen")
    labels = {name: language.say(label) for name, label in SORTS.items() if name not in absent}
    if snapshot.worth:
        labels["at_risk"] = language.say(_PRODUCTS[snapshot.worth, snapshot.means_leaving])
    return labels


def usual_order(snapshot: Snapshot) -> str:
    """What a list is sorted by where nobody says: what can be gained, else the risk."""
    return "gain" if snapshot.acts else "risk"


def order_of(snapshot: Snapshot, query: ListQuery) -> str:
    """What a list is sorted by; what these scores cannot be sorted by is the risk."""
    asked = query.sort or usual_order(snapshot)
    return "risk" if asked in MONEY and not snapshot.worth else asked


def risk_terciles(snapshot: Snapshot) -> NDArray[np.int64]:
    """Whether each place in the ranking is of the lowest, middle or highest third by risk: 0, 1 or 2."""
    judged = snapshot.judged
    return 2 - (3 * np.arange(judged)) // max(judged, 1)


def matrix(snapshot: Snapshot, query: ListQuery = EVERYBODY) -> list[Cell]:
    """Those a query asks for, whatever cell it names, by value and risk, in customers and money.

    Thirds are those of everybody judged. Empty without a value model, and where the question is not who leaves.
    """
    if not snapshot.value_days or not snapshot.means_leaving:
        return []
    positions = np.flatnonzero(kept_places(snapshot, replace(query, cell="")))
    if_kept = snapshot.value_if_kept_cents[snapshot.ranking.customer_keys[positions]]
    return value_risk_matrix(
        snapshot.ranking.value_tercile[positions],
        risk_terciles(snapshot)[positions],
        np.maximum(if_kept, 0).astype(np.float64),
        snapshot.at_risk_cents(positions),
    )


def matching(snapshot: Snapshot, query: ListQuery) -> NDArray[np.intp]:
    """The positions in the ranking that a query asks for, in its order, all pages."""
    positions = np.flatnonzero(kept_places(snapshot, query))
    if is_by_risk(snapshot, query):
        return positions[::-1] if query.rising else positions
    return positions[np.argsort(order_keys(snapshot, query)[positions], kind="stable")]


def is_by_risk(snapshot: Snapshot, query: ListQuery) -> bool:
    """Whether the list runs as the ranking does, or the other way round."""
    return order_of(snapshot, query) == "risk"


def order_keys(snapshot: Snapshot, query: ListQuery) -> Floats:
    """By what the places of the ranking are sorted, the smallest first and NaN last; the ranking decides a tie."""
    weights = _weights(snapshot, order_of(snapshot, query))
    return weights if query.rising else -weights


def kept_places(snapshot: Snapshot, query: ListQuery) -> Truths:
    """Whether each place of the ranking is one that a query asks for."""
    ranking = snapshot.ranking
    kept = np.ones(snapshot.judged, np.bool_)
    kept[snapshot.withheld_places] = False
    if query.band:
        kept &= ranking.percentile >= _LOWEST[query.band]
    if query.reason:
        names = [one["name"] for one in snapshot.manifest["groups"]]
        bit = names.index(query.reason) if query.reason in names else None
        kept &= False if bit is None else (ranking.raising >> bit) & 1 == 1
    if query.cell and snapshot.value_days and snapshot.means_leaving:
        value, _, risk = query.cell.partition("-")
        kept &= ranking.value_tercile == TERCILES.index(value)
        kept &= risk_terciles(snapshot) == TERCILES.index(risk)
    if query.jumped:
        kept &= has_jumped(ranking.probability, ranking.risk_before)
    if query.spend and snapshot.money_is_known:
        kept &= _spend(snapshot) >= 100 * query.spend
    return kept & _of_kind(snapshot, query)


def _of_kind(snapshot: Snapshot, query: ListQuery) -> Truths:
    """Whether each place is of the stage, status, segment and consent that are asked for, and what is to be done."""
    keys = snapshot.ranking.customer_keys
    kept = np.ones(snapshot.judged, np.bool_)
    if query.consent != "all":
        kept &= snapshot.has_refused_contact[keys] == (query.consent == "refused")
    if query.stage:
        kept &= snapshot.stage[keys] == Stage[query.stage.upper()]
    if query.status:
        kept &= snapshot.lifecycle_status[keys] == LifecycleStatus[query.status.upper()]
    if query.segment:
        known = query.segment.isdecimal() and snapshot.manifest["segments"] is not None
        kept &= snapshot.membership.segment[keys] == int(query.segment) if known else False
    if query.action and snapshot.acts:
        names = [one.name for one in snapshot.actions]
        place = names.index(query.action) if query.action in names else NOTHING
        kept &= snapshot.best_action == place
    if query.silent:
        seconds = snapshot.last_order_seconds[keys]
        silent_days = (snapshot.cutoff_seconds - seconds) / DAY_SECONDS
        kept &= (seconds >= 0) & (silent_days >= query.silent)
    return kept


def totals(snapshot: Snapshot, positions: NDArray[np.intp]) -> Totals:
    """Expected leavers among some customers with a 95 % interval, and the money at risk with them.

    The interval is that of independent outcomes with the model's probabilities (normal approximation).
    """
    probability = snapshot.ranking.probability[positions]
    expected = float(probability.sum())
    spread = _NORMAL_95 * math.sqrt(float((probability * (1 - probability)).sum()))
    return Totals(
        customers=len(positions),
        expected=expected,
        low=max(0.0, expected - spread),
        high=min(float(len(positions)), expected + spread),
        at_risk_cents=round(float(snapshot.at_risk_cents(positions).sum())),
        net_gain_cents=int(snapshot.net_gain_cents[positions].sum()),
        to_contact=int(np.count_nonzero(snapshot.best_action[positions] != NOTHING)),
    )


def _spend(snapshot: Snapshot) -> NDArray[np.int64]:
    return snapshot.spend_cents[snapshot.ranking.customer_keys]


def _weights(snapshot: Snapshot, sort: str) -> NDArray[np.float64]:
    if sort == "last_seen":
        seconds = snapshot.last_order_seconds[snapshot.ranking.customer_keys]
        # The longest silence first, like the largest of everything else.
        return -seconds.astype(np.float64)
    if sort == "risen":
        # Sorting puts NaN last either way, and with it those who had no risk then.
        return points_risen(snapshot.ranking.probability, snapshot.ranking.risk_before)
    if sort == "at_risk":
        return snapshot.at_risk_cents(np.arange(snapshot.judged))
    if sort == "gain":
        return snapshot.net_gain_cents.astype(np.float64)
    if sort == "value" and snapshot.value_days:
        return snapshot.value_cents[snapshot.ranking.customer_keys].astype(np.float64)
    return _spend(snapshot).astype(np.float64)


def _whole(text: str) -> int:
    return min(int(text), _LARGEST) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
