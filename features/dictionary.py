"""The dictionary of features as a page: ``python -m features.dictionary`` writes ``docs/features.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from features.pack import EventStream, Pack, TextColumn
from features.plan import Plan, standard_plan
from features.spec import Feature

PAGE = Path("docs/features.md")

_INTRODUCTION = """\
# The features of a behaviour vector

*Written by `python -m features.dictionary` from the declarations in `features/behaviour/`; a test holds
the two in step.*

A vector describes one customer at one **cutoff**: only events that had happened and were known before
it count. A window such as 30 days is the stretch from 30 × 24 hours before the cutoff, included, to the
cutoff, excluded. Features appear when the columns they need are mapped. Channels, departments and kinds
of contact are the company's own: they stand here as *store* and *web*, *home* and *garden*, and the kinds
this page names.

What a row learns later (when a complaint was settled, an offer accepted, notice given) counts from its own
instant on: at a cutoff before that, the complaint is open and the offer not accepted.

| unit | shown as |
| --- | --- |
| cents | an amount of money, kept in hundredths |
| days | days of 24 hours, with fractions |
| share | a part of a whole, 0 to 1 |
| ratio | times |
| orders, lines, pieces, count | a number of them |
| points | the scale of the survey |
| per_day | a number of them a day |
"""


def dictionary_page(plan: Plan) -> str:
    """The page about a plan's features: one table a reason group."""
    parts = [_INTRODUCTION, f"{len(plan.features)} features in {len(plan.groups)} reason groups.\n"]
    for group in plan.groups:
        parts.append(f"## {group.title}\n")
        parts.append("| feature | meaning | unit | can be acted on | when missing | said |")
        parts.append("| --- | --- | --- | --- | --- | --- |")
        parts += [_row(one) for one in plan.features if one.group == group.name]
        parts.append("")
    return "\n".join(parts)


_KINDS = ("click", "complaint", "inquiry", "open", "survey", "visit")
_CHANNELS = ["store", "web"]


def full_plan() -> Plan:
    """The plan of a company that has mapped every column, with two channels and two departments."""
    streams = {
        "purchases": _purchases(),
        "contacts": _stream(
            {"channel": _CHANNELS, "kind": _KINDS, "topic": []}, ("resolved_seconds", "score_milli")
        ),
        "exposures": _stream(
            {"channel": _CHANNELS, "offer": [], "arm": ["control", "treated"]},
            ("accepted_seconds", "revenue_cents"),
        ),
        "contracts": _stream(
            {"plan": []}, ("ends_seconds", "price_cents", "auto_renew", "cancelled_seconds")
        ),
    }
    return standard_plan(Pack(TextColumn.of([]), streams, 0, ""))


def _purchases() -> EventStream:
    dictionaries: dict[str, Sequence[str]] = {
        "item": [],
        "category": [],
        "brand": [],
        "store": [],
        "department": ["garden", "home"],
        "channel": _CHANNELS,
    }
    return _stream(dictionaries, ("order", "quantity_milli", "amount_cents", "discount_cents"))


def _stream(dictionaries: Mapping[str, Sequence[str]], numbers: Sequence[str]) -> EventStream:
    """A table with these columns and no rows."""
    columns = {name: np.empty(0, np.int64) for name in (*dictionaries, *numbers, "local_day")}
    return EventStream(np.zeros(1, np.int64), np.empty(0, np.int64), columns, dictionaries)


def _row(feature: Feature) -> str:
    cells = (
        f"`{feature.name}`",
        feature.meaning,
        feature.unit,
        feature.actionable,
        feature.missing,
        feature.said,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    PAGE.write_text(dictionary_page(full_plan()), encoding="utf-8")
