"""The churn list as a file a spreadsheet opens: the same customers, in the same order, all pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from features.vocabulary.cells import csv_text
from serving.in_use.models_in_use import InUse
from serving.ledger.privacy import Withheld
from serving.pages.churn_list import ListQuery, matching
from serving.pages.customer.value_view import worth_explanation
from serving.pages.figures import action_at, instant
from serving.pages.list_view import explanations_at
from serving.scores.score import band
from serving.snapshot.earlier_risks import points_risen
from serving.snapshot.reading import Snapshot
from training.reasons.explanation import Explanation
from training.reasons.points import MAIN_REASONS

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
)
COST_COLUMNS = ("cost_to_serve", "value_less_cost")
"""Stand at the end where the company has said what serving costs."""
# Excel takes a file without this mark for one in the machine's own old encoding.
BYTE_ORDER_MARK = "\ufeff"
_ROWS_AT_ONCE = 500


def csv_parts(
    in_use: InUse,
    query: ListQuery,
    currency: str,
    *,
    withheld: Callable[[], Withheld] | None = None,
    at_once: int = _ROWS_AT_ONCE,
) -> Iterator[bytes]:
    """The file in parts: a heading, then a line a customer, ended as spreadsheets expect.

    Whoever is ``withheld`` by the time of a part is not in it; where nobody tells, who was so at the start.
    """
    positions = matching(in_use.snapshot, query)
    costs = COST_COLUMNS if in_use.snapshot.tells_cost else ()
    yield _lines([[*COLUMNS, *costs]], BYTE_ORDER_MARK)
    for first in range(0, len(positions), at_once):
        block = positions[first : first + at_once]
        if withheld is not None:
            hidden = in_use.snapshot.without(withheld()).withheld_places
            block = block[~np.isin(block, hidden)]
        if not len(block):
            continue
        explanations = explanations_at(in_use, block)
        yield _lines(
            [
                _row(in_use, int(position), explanation, currency)
                for position, explanation in zip(block, explanations, strict=True)
            ]
        )


def _row(in_use: InUse, position: int, explanation: Explanation, currency: str) -> list[str]:
    snapshot = in_use.snapshot
    ranking = snapshot.ranking
    key = int(ranking.customer_keys[position])
    probability, percentile = float(ranking.probability[position]), ranking.percentile[position]
    standing = snapshot.standing(key)
    spend_cents = snapshot.spend_of(key)
    reasons = explanation.raising[:MAIN_REASONS]
    said = [cell for one in reasons for cell in (one.text, f"{one.shown_points:.1f}")]
    said += [""] * (2 * MAIN_REASONS - len(said))
    last_order = in_use.snapshot.last_order(key)
    return [
        str(position + 1),
        snapshot.customer_ids[key],
        f"{100 * probability:.1f}",
        f"{100 * snapshot.base:.1f}",
        *_before(in_use, position),
        f"{float(percentile):.0f}",
        band(float(percentile)),
        *(["", ""] if standing is None else [one.word for one in standing]),
        *_spent(spend_cents, probability),
        *_worth(in_use, position, key),
        currency if snapshot.worth else "",
        "" if last_order is None else last_order.isoformat(),
        *said,
        str(snapshot.manifest["model_title"]),
        str(snapshot.manifest["model_version"]),
        instant(snapshot.cutoff_seconds),
        "no" if snapshot.has_refused_contact[key] else "yes",
        *_to_do(snapshot, position),
        *_cost(in_use, key),
    ]


def _spent(spend_cents: int | None, probability: float) -> list[str]:
    """Past spend and that times the risk; empty cells where no money is known."""
    if spend_cents is None:
        return ["", ""]
    return [f"{spend_cents / 100:.2f}", f"{max(spend_cents, 0) * probability / 100:.2f}"]


def _before(in_use: InUse, position: int) -> list[str]:
    """The risk on the earlier day and the change since; empty cells where there was none."""
    ranking, here = in_use.snapshot.ranking, slice(position, position + 1)
    before = ranking.risk_before[here]
    if np.isnan(before[0]):
        return ["", ""]
    risen = points_risen(ranking.probability[here], before)
    return [f"{100 * float(before[0]):.1f}", f"{float(risen[0]):.1f}"]


def _worth(in_use: InUse, position: int, key: int) -> list[str]:
    """Expected value, its range, the value at risk and the first reason; empty without a value model."""
    snapshot = in_use.snapshot
    worth = snapshot.value_of(key)
    if worth is None:
        return [""] * 7
    lost = float(snapshot.at_risk_cents(np.array([position]))[0])
    said = [f"{worth[f'{one}_cents'] / 100:.2f}" for one in ("expected", "low", "high")]
    return [*said, str(worth["horizon_days"]), f"{lost / 100:.2f}", *_why_worth(in_use, key)]


def _to_do(snapshot: Snapshot, position: int) -> list[str]:
    """What is best to do and what it is expected to bring less its cost; empty cells where nothing can be done."""
    if not snapshot.acts:
        return ["", ""]
    action = action_at(snapshot, position)
    name = "nothing" if action is None else action.name
    return [name, f"{int(snapshot.net_gain_cents[position]) / 100:.2f}"]


def _cost(in_use: InUse, key: int) -> list[str]:
    """What serving is expected to cost and what it leaves of the value; no cells where nothing costs."""
    if not in_use.snapshot.tells_cost:
        return []
    worth = in_use.snapshot.value_of(key) or {}
    cents = [worth.get(name) for name in ("cost_to_serve_cents", "net_cents")]
    return ["" if one is None else f"{one / 100:.2f}" for one in cents]


def _why_worth(in_use: InUse, key: int) -> tuple[str, str]:
    """What raises the expected value most, and by how much; empty cells where nothing does."""
    found = worth_explanation(in_use, key)
    if found is None or not found.reasons or found.reasons[0].direction == "lowers":
        return "", ""
    first = found.reasons[0]
    return first.text, f"{first.shown_cents / 100:.2f}"


def _lines(rows: list[list[str]], before: str = "") -> bytes:
    return (before + csv_text(rows)).encode("utf-8", "replace")
