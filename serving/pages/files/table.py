"""The churn list as a table: what stands in each column, for many customers at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.stages import LifecycleStatus, Stage
from features.vocabulary.cells import SheetColumn
from serving.in_use.models_in_use import InUse
from serving.pages.figures import instant
from serving.scores.score import bands
from serving.snapshot.best_to_do import best_gains_cents
from serving.snapshot.columns import DECLINED, UNKNOWN
from serving.snapshot.contact_groups import groups_in_places
from serving.snapshot.earlier_risks import points_risen
from serving.snapshot.main_reasons import main_reasons
from serving.snapshot.reading import Snapshot
from training.actions.actions import NOTHING
from training.actions.groups import ContactGroup
from training.families.value.reasons.explanation import shown_units
from training.families.value.reasons.first import SharesOfMany, first_raising
from training.reasons.points import MAIN_REASONS

DECIMALS: Mapping[str, int] = {
    "rank": 0,
    "risk_percent": 1,
    "base_percent": 1,
    "risk_before_percent": 1,
    "risk_change_points": 1,
    "percentile": 0,
    "spend_365d": 2,
    "spend_at_risk": 2,
    "expected_value": 2,
    "expected_value_low": 2,
    "expected_value_high": 2,
    "value_days": 0,
    "value_at_risk": 2,
    "value_reason_1_money": 2,
    **{f"points_{place}": 1 for place in range(1, MAIN_REASONS + 1)},
    "net_gain": 2,
    "cost_to_serve": 2,
    "value_less_cost": 2,
}
"""The columns that are numbers, and with how many decimals they are told; all others are text."""
DATES = ("last_order",)
"""The columns of text that are days."""
COLUMNS = (
    "rank",
    "customer_id",
    "risk_percent",
    "base_percent",
    "risk_before_percent",
    "risk_change_points",
    "percentile",
    "band",
    "stage",
    "lifecycle_status",
    "spend_365d",
    "spend_at_risk",
    "expected_value",
    "expected_value_low",
    "expected_value_high",
    "value_days",
    "value_at_risk",
    "value_reason_1",
    "value_reason_1_money",
    "currency",
    "last_order",
    *(f"{what}_{place}" for place in range(1, MAIN_REASONS + 1) for what in ("reason", "points")),
    "model",
    "model_version",
    "known_before",
    "may_be_contacted",
    "best_action",
    "net_gain",
    "group",
)
COST_COLUMNS = ("cost_to_serve", "value_less_cost")
"""Stand at the end where the company has said what serving costs."""
_CENTS = 100

Cells = list[str]


def names_of_columns(snapshot: Snapshot) -> tuple[str, ...]:
    """The columns of the table, in their order."""
    return (*COLUMNS, *(COST_COLUMNS if snapshot.tells_cost else ()))


def columns_at(in_use: InUse, places: NDArray[np.intp], currency: str) -> list[SheetColumn]:
    """The table of some places in the ranking, column by column; an empty cell is what is not known."""
    snapshot = in_use.snapshot
    keys = snapshot.ranking.customer_keys[places]
    cells = {
        "rank": [str(place + 1) for place in places.tolist()],
        "customer_id": [snapshot.customer_ids[key] for key in keys.tolist()],
        **_risk(snapshot, places),
        **_standing(snapshot, keys),
        **_spent(snapshot, places),
        **_value_cells(in_use, places),
        "currency": _same(currency if snapshot.money_basis else "", places),
        "last_order": _days(snapshot.last_order_day[keys]),
        **_reasons(in_use, places),
        "model": _same(str(snapshot.manifest["model_title"]), places),
        "model_version": _same(str(snapshot.manifest["model_version"]), places),
        "known_before": _same(instant(snapshot.cutoff_seconds), places),
        "may_be_contacted": np.where(snapshot.has_refused_contact[keys] != 0, "no", "yes").tolist(),
        **_to_do(snapshot, places),
        **_cost(snapshot, keys),
    }
    return [
        SheetColumn(cells[name], is_number=name in DECIMALS) for name in names_of_columns(snapshot)
    ]


def _risk(snapshot: Snapshot, places: NDArray[np.intp]) -> dict[str, Cells]:
    """The risk, where it starts, what it was, and how it compares."""
    ranking = snapshot.ranking
    now, before = ranking.probability[places], ranking.risk_before[places]
    is_compared = ~np.isnan(before)
    return {
        "risk_percent": _number_cells(100 * now, 1),
        "base_percent": _same(f"{100 * snapshot.base:.1f}", places),
        "risk_before_percent": _number_cells(100 * before, 1, is_compared),
        "risk_change_points": _number_cells(points_risen(now, before), 1, is_compared),
        "percentile": _number_cells(ranking.percentile[places], 0),
        "band": bands(ranking.percentile[places]),
    }


def _standing(snapshot: Snapshot, keys: NDArray[np.int32]) -> dict[str, Cells]:
    """Stage and status; empty of who said no to being scored."""
    stages = {DECLINED: "", **{int(one): one.word for one in Stage}}
    statuses = {int(one): one.word for one in LifecycleStatus}
    stage, status = snapshot.stage[keys].tolist(), snapshot.lifecycle_status[keys].tolist()
    return {
        "stage": [stages[one] for one in stage],
        "lifecycle_status": [
            "" if one == DECLINED else statuses[two] for one, two in zip(stage, status, strict=True)
        ],
    }


def _spent(snapshot: Snapshot, places: NDArray[np.intp]) -> dict[str, Cells]:
    """Past spend and that times the risk; empty cells where no money is known."""
    if not snapshot.money_is_known:
        return dict.fromkeys(("spend_365d", "spend_at_risk"), _same("", places))
    cents = snapshot.spend_cents[snapshot.ranking.customer_keys[places]]
    at_risk = np.maximum(cents, 0) * snapshot.ranking.probability[places]
    return {"spend_365d": _money(cents), "spend_at_risk": _money(at_risk)}


def _value_cells(in_use: InUse, places: NDArray[np.intp]) -> dict[str, Cells]:
    """Expected value, its range, the value at risk and the first reason; empty without a value model."""
    snapshot = in_use.snapshot
    keys = snapshot.ranking.customer_keys[places]
    is_valued = _is_valued(snapshot, keys)
    texts, shown = first_reasons(in_use, keys[is_valued])
    why = np.full(len(keys), "", object)
    money = np.full(len(keys), "", object)
    why[is_valued] = texts
    money[is_valued] = [one if text else "" for one, text in zip(_money(shown), texts, strict=True)]
    return {
        "expected_value": _money(snapshot.value_cents[keys], is_valued),
        "expected_value_low": _money(snapshot.value_low_cents[keys], is_valued),
        "expected_value_high": _money(snapshot.value_high_cents[keys], is_valued),
        "value_days": np.where(is_valued, str(snapshot.value_days), "").tolist(),
        "value_at_risk": _money(snapshot.at_risk_cents(places), is_valued),
        "value_reason_1": why.tolist(),
        "value_reason_1_money": money.tolist(),
    }


def first_reasons(in_use: InUse, keys: NDArray[np.integer]) -> tuple[list[str], NDArray[np.int64]]:
    """What raises some customers' values most and by how many cents, as their pages show it; empty where nothing does."""
    snapshot = in_use.snapshot
    if not len(keys):
        return [], np.empty(0, np.int64)
    rows, expected = snapshot.vector_rows[keys], snapshot.value_cents[keys]
    shares = SharesOfMany(
        expected,
        float(snapshot.manifest["value_base_cents"]),
        snapshot.value_parts[rows].astype(np.float64),
        snapshot.value_leading[rows],
        snapshot.value_limit[rows].astype(np.float64),
    )
    units = shown_units(expected, shares.base_cents)
    wording = in_use.scorer.value_wording.in_language(in_use.wording.language)
    return first_raising(shares, in_use.values[rows], wording, units)


def _reasons(in_use: InUse, places: NDArray[np.intp]) -> dict[str, Cells]:
    """The main reasons that raise the risk, with their points."""
    found = main_reasons(in_use.snapshot, places, in_use.values, in_use.wording)
    cells: dict[str, Cells] = {}
    for place in range(MAIN_REASONS):
        raises = found.points[:, place] > 0
        cells[f"reason_{place + 1}"] = np.where(raises, found.texts[:, place], "").tolist()
        cells[f"points_{place + 1}"] = _number_cells(found.shown_points[:, place], 1, raises)
    return cells


def _to_do(snapshot: Snapshot, places: NDArray[np.intp]) -> dict[str, Cells]:
    """What is best to do and what it is expected to bring less its cost; empty cells where nothing can be done."""
    if not snapshot.acts:
        return dict.fromkeys(("best_action", "net_gain", "group"), _same("", places))
    words = [one.word for one in ContactGroup]
    names = {NOTHING: "nothing", **{at: one.name for at, one in enumerate(snapshot.actions)}}
    offers = {at: one["offer_id"] for at, one in enumerate(snapshot.offers)}
    both = zip(
        snapshot.best_offer[places].tolist(), snapshot.best_action[places].tolist(), strict=True
    )
    return {
        "best_action": [offers.get(offer, names[contact]) for offer, contact in both],
        "net_gain": _money(best_gains_cents(snapshot)[places]),
        "group": [words[one] for one in groups_in_places(snapshot)[places].tolist()],
    }


def _cost(snapshot: Snapshot, keys: NDArray[np.int32]) -> dict[str, Cells]:
    """What serving is expected to cost and what it leaves of the value."""
    cost = snapshot.cost_to_serve_cents[keys]
    is_known = _is_valued(snapshot, keys) & (cost != UNKNOWN)
    return {
        "cost_to_serve": _money(cost, is_known),
        "value_less_cost": _money(snapshot.value_cents[keys] - cost, is_known),
    }


def _is_valued(snapshot: Snapshot, keys: NDArray[np.int32]) -> NDArray[np.bool_]:
    return np.asarray((snapshot.value_cents[keys] != UNKNOWN) & bool(snapshot.value_days))


def _same(cell: str, places: Sequence[Any] | NDArray[Any]) -> Cells:
    return [cell] * len(places)


def _money(cents: NDArray[Any], is_known: NDArray[np.bool_] | None = None) -> Cells:
    """Amounts in units of the currency."""
    return _number_cells([one / _CENTS for one in cents.tolist()], 2, is_known)


def _number_cells(
    numbers: NDArray[Any] | Iterable[float],
    decimals: int,
    is_known: NDArray[np.bool_] | None = None,
) -> Cells:
    """Numbers as they are written down, empty where one is not known."""
    told = numbers.tolist() if isinstance(numbers, np.ndarray) else numbers
    cells = list(map(f"%.{decimals}f".__mod__, told))
    if is_known is None or is_known.all():
        return cells
    return [cell if known else "" for cell, known in zip(cells, is_known.tolist(), strict=True)]


def _days(days: NDArray[np.int32]) -> Cells:
    """Days since 1970 as dates; empty where there was none."""
    written = np.datetime_as_string(np.maximum(days, 0).astype("datetime64[D]")).tolist()
    return [one if day >= 0 else "" for one, day in zip(written, days.tolist(), strict=True)]
