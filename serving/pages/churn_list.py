"""Who is on a churn list, in which order, and what they come to."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.stages import LifecycleStatus, Stage
from features.vocabulary.arrays import Floats, Truths
from features.vocabulary.time import DAY_SECONDS
from serving.pages.list_query import EVERYBODY, GROUPS, MONEY, SORTS, ListQuery
from serving.scores.score import HIGH_PERCENTILE, MEDIUM_PERCENTILE
from serving.snapshot.best_to_do import best_gains_cents
from serving.snapshot.contact_groups import groups_in_places, tells_groups
from serving.snapshot.earlier_risks import has_jumped, points_risen
from serving.snapshot.reading import Snapshot
from training.actions.actions import NOTHING
from training.families.value.at_risk import TERCILES, Cell, value_risk_matrix
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language

_PRODUCTS = {
    ("value", True): phrase("Value at risk"),
    ("value", False): phrase("Value × chance"),
    ("spend", True): phrase("Spend at risk"),
    ("spend", False): phrase("Spend × chance"),
}
_LOWEST = {"high": HIGH_PERCENTILE, "medium": MEDIUM_PERCENTILE}
_NORMAL_95 = 1.959964


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
    absent = {*MONEY} - (
        {"gain", snapshot.money_basis, "at_risk"} if snapshot.money_basis else set()
    )
    if not snapshot.acts:
        absent.add("gain")
    if not snapshot.compared:
        absent.add("risen")
    labels = {name: language.say(label) for name, label in SORTS.items() if name not in absent}
    if snapshot.money_basis:
        labels["at_risk"] = language.say(_PRODUCTS[snapshot.money_basis, snapshot.means_leaving])
    return labels


def usual_order(snapshot: Snapshot) -> str:
    """What a list is sorted by where nobody says: what can be gained, else the risk."""
    return "gain" if snapshot.acts else "risk"


def order_of(snapshot: Snapshot, query: ListQuery) -> str:
    """What a list is sorted by; what these scores cannot be sorted by is the risk."""
    asked = query.sort or usual_order(snapshot)
    return "risk" if asked in MONEY and not snapshot.money_basis else asked


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
    whole = replace(query.who, cell="")
    return snapshot.remembered.of(("matrix", whole), lambda: _matrix(snapshot, whole))


def _matrix(snapshot: Snapshot, query: ListQuery) -> list[Cell]:
    positions = np.flatnonzero(matching_places(snapshot, query))
    if_kept = snapshot.value_if_kept_cents[snapshot.ranking.customer_keys[positions]]
    return value_risk_matrix(
        snapshot.ranking.value_tercile[positions],
        risk_terciles(snapshot)[positions],
        np.maximum(if_kept, 0).astype(np.float64),
        snapshot.at_risk_cents(positions),
    )


def matching(snapshot: Snapshot, query: ListQuery) -> NDArray[np.intp]:
    """The positions in the ranking that a query asks for, in its order, all pages."""
    kept = matching_places(snapshot, query)
    if is_by_risk(snapshot, query):
        positions = np.flatnonzero(kept)
        return positions[::-1] if query.rising else positions
    order = _order(snapshot, query)
    return order[kept[order]]


def _order(snapshot: Snapshot, query: ListQuery) -> NDArray[np.intp]:
    """Every place of the ranking in a query's order."""
    asked = "order", order_of(snapshot, query), query.rising
    return snapshot.remembered.of(
        asked, lambda: np.argsort(order_keys(snapshot, query), kind="stable")
    )


def is_by_risk(snapshot: Snapshot, query: ListQuery) -> bool:
    """Whether the list runs as the ranking does, or the other way round."""
    return order_of(snapshot, query) == "risk"


def order_keys(snapshot: Snapshot, query: ListQuery) -> Floats:
    """By what the places of the ranking are sorted, the smallest first and NaN last; the ranking decides a tie."""
    weights = _weights(snapshot, order_of(snapshot, query))
    return weights if query.rising else -weights


def matching_places(snapshot: Snapshot, query: ListQuery) -> Truths:
    """Whether each place of the ranking is one that a query asks for."""
    asked = query.who
    return snapshot.remembered.of(("kept", asked), lambda: _matching(snapshot, asked))


def _matching(snapshot: Snapshot, query: ListQuery) -> Truths:
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
    if query.value and snapshot.value_days:
        kept &= snapshot.value_cents[ranking.customer_keys] >= 100 * query.value
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
        kept &= _is_best(snapshot, query.action)
    if query.group and tells_groups(snapshot):
        kept &= groups_in_places(snapshot) == GROUPS[query.group]
    if query.silent:
        seconds = snapshot.last_order_seconds[keys]
        silent_days = (snapshot.cutoff_seconds - seconds) / DAY_SECONDS
        kept &= (seconds >= 0) & (silent_days >= query.silent)
    if query.tenure or query.tenure_most:
        kept &= _has_tenure(snapshot, query)
    for name, text in query.declared:
        kept &= has_declared(snapshot, name, text, keys)
    return kept


def _is_best(snapshot: Snapshot, action: str) -> Truths:
    """Whether a contact, an offer, or nothing at all is the best to do for each place."""
    offers = [one["offer_id"] for one in snapshot.offers]
    if action in offers:
        return np.asarray(snapshot.best_offer == offers.index(action))
    names = [one.name for one in snapshot.actions]
    contact = names.index(action) if action in names else NOTHING
    return np.asarray((snapshot.best_offer == NOTHING) & (snapshot.best_action == contact))


def _has_tenure(snapshot: Snapshot, query: ListQuery) -> Truths:
    """Whether the first order of each place lies as many days back as is asked for."""
    seconds = snapshot.first_order_seconds[snapshot.ranking.customer_keys]
    days = (snapshot.cutoff_seconds - seconds) / DAY_SECONDS
    most = query.tenure_most or math.inf
    return np.asarray((seconds >= 0) & (days >= query.tenure) & (days <= most))


def declared_texts(snapshot: Snapshot) -> dict[str, list[str]]:
    """What customers declared that a list can be narrowed by: each attribute with its texts, by their codes."""
    return {one["name"]: one["texts"] for one in snapshot.manifest.get("attributes", ())}


def has_declared(snapshot: Snapshot, name: str, text: str, keys: NDArray[np.integer]) -> Truths:
    """Whether some customers declared just this; nobody where the attribute or the text is not known."""
    known = declared_texts(snapshot)
    if text not in known.get(name, ()):
        return np.zeros(len(keys), np.bool_)
    codes = snapshot.attribute_codes[keys, list(known).index(name)]
    return np.asarray(codes == known[name].index(text))


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
        net_gain_cents=int(best_gains_cents(snapshot)[positions].sum()),
        to_contact=int(np.count_nonzero(best_gains_cents(snapshot)[positions])),
    )


def totals_of(snapshot: Snapshot, query: ListQuery | None = None) -> Totals:
    """What those come to whom a query asks for, in any order; everybody judged where there is none."""

    def found() -> Totals:
        everybody = np.arange(snapshot.judged)
        return totals(
            snapshot,
            everybody if query is None else np.flatnonzero(matching_places(snapshot, query)),
        )

    return snapshot.remembered.of(("totals", query and query.who), found)


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
        return best_gains_cents(snapshot).astype(np.float64)
    if sort == "value" and snapshot.value_days:
        return snapshot.value_cents[snapshot.ranking.customer_keys].astype(np.float64)
    return _spend(snapshot).astype(np.float64)
