"""The tools an assistant has: each reads, none changes anything, and none tells of more than a page of people.

Answers are those of the contract with less in them, for a model reads every word it is given: consent, erasure, scopes and the
record of who asked are the service's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from regulars.assistant.asking import Ask

MOST_PEOPLE = 20
"""A page: nobody is told of more at a time."""
_LATEST_EVENTS = 10
_REASON = ("title", "shown_points", "direction", "text")
_ROW = ("customer_id", "status", "band", "stage", "lifecycle_status", "expires_at", "decision_id")
_ACTION = (
    "name",
    "chance_kept",
    "if_kept_cents",
    "cost_cents",
    "net_gain_cents",
    "source",
    "why_nothing",
    "group",
)

Told = dict[str, Any]


class Tools:
    """What can be asked, over ``ask``."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def find_customer(self, customer_id: str) -> Told:
        """Show one customer by number: what they declared, where they stand, and the latest that happened."""
        found = self._ask("/v1/customer", {"customer_id": customer_id, "events": _LATEST_EVENTS})
        score = found.get("score") or {}
        events = [_part(one, ("at", "kind", "text")) for one in found.get("timeline") or ()]
        return _said({
            "customer_id": found["customer_id"],
            "status": found["status"],
            "profile": found.get("profile"),
            "stage": score.get("stage"),
            "lifecycle_status": score.get("lifecycle_status"),
            "latest_events": events or None,
        })  # fmt: skip

    def predictions(self, customer_ids: Sequence[str]) -> Told:
        """Predict for up to 20 customers by number: the chance that they leave, their value, and the reasons for it."""
        asked = [{"customer_id": one} for one in _a_page(customer_ids)]
        found = self._ask("/v1/score", {"rows": asked})
        return {**_about(found), "customers": [_prediction(row) for row in found["rows"]]}

    def best_action(self, customer_id: str) -> Told:
        """Say what is best to do for one customer, with the arithmetic: chance kept x money kept - cost = net gain."""
        found = self._ask("/v1/score", {"customer_id": customer_id, "reasons": False})
        (row,) = found["rows"]
        action = row.get("best_action")
        told = {"best_action": _part(action, _ACTION) if action else None}
        return {
            **_about(found),
            **_part(row, ("customer_id", "status", "probability")),
            **_said(told),
        }

    def customers_at_risk(
        self,
        band: Literal["high", "medium"] | None = None,
        lifecycle_status: str | None = None,
        stage: str | None = None,
        reason: str | None = None,
        least_value_cents: int | None = None,
        count: int = 10,
        cursor: str | None = None,
    ) -> Told:
        """List customers at risk, the likeliest to leave first, at most 20 at a time; next_cursor gives the next ones."""
        filters = {
            "band": band, "lifecycle_status": lifecycle_status, "stage": stage, "reason": reason,
            "least_value_cents": least_value_cents, "cursor": cursor,
        }  # fmt: skip
        question = {**_said(filters), "count": max(1, min(count, MOST_PEOPLE))}
        found = self._ask("/v1/customers", question)
        customers = [_prediction(row) for row in found["rows"]]
        page = _part(found, ("total", "next_cursor"))
        return {**_about(found), **page, "customers": customers}

    @property
    def all(self) -> tuple[Any, ...]:
        """Every tool, by the name an assistant calls it by."""
        return (self.find_customer, self.predictions, self.best_action, self.customers_at_risk)


def _a_page(customer_ids: Sequence[str]) -> Sequence[str]:
    if not 0 < len(customer_ids) <= MOST_PEOPLE:
        raise ValueError(f"Ask about 1 to {MOST_PEOPLE} customers at a time.")
    return customer_ids


def _about(found: Mapping[str, Any]) -> Told:
    """Which model answered, and up to when it knew."""
    model = found["model"]
    named = {
        "model": f"{model['name']} version {model['version']}",
        "known_until": found["vector_as_of"],
    }
    return _said({**named, "horizon_days": found.get("horizon_days")})


def _prediction(row: Mapping[str, Any]) -> Told:
    """A row with its reasons in a sentence each, and the points by which they add up."""
    value = row.get("value") or {}
    reasons = [_part(one, _REASON) for one in row.get("reasons") or ()]
    return _said({
        **_part(row, _ROW),
        "percent": (row.get("shown") or {}).get("probability"),
        "reasons": reasons or None,
        "expected_cents": value.get("expected_cents"),
        "at_risk_cents": value.get("at_risk_cents"),
        "currency": value.get("currency"),
        "best_action": (row.get("best_action") or {}).get("name"),
        "warnings": [one["message"] for one in row.get("warnings") or ()] or None,
    })  # fmt: skip


def _part(said: Mapping[str, Any], names: Sequence[str]) -> Told:
    return {name: said[name] for name in names if name in said}


def _said(fields: Mapping[str, Any]) -> Told:
    """Without what there is nothing to say of."""
    return {name: one for name, one in fields.items() if one is not None}
