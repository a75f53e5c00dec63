"""The dictionary of features as a page: ``python -m features.plan.dictionary`` writes ``docs/features.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from features.declarations.buying import BuyingModel
from features.declarations.feature import Feature
from features.plan.plan import Plan, standard_plan
from features.store.pack import Attributes, EventStream, Pack, TextColumn
from features.vocabulary.words import INBOUND, OUTBOUND

PAGE = Path("docs/features.md")

_INTRODUCTION = """\
# The features of a behaviour vector

*Written by `python -m features.plan.dictionary` from the declarations in `features/behaviour/`; a test holds
the two in step.*

A vector describes one customer at one **cutoff**: only events that had happened and were known before
it count. A window such as 30 days is the stretch from 30 × 24 hours before the cutoff, included, to the
cutoff, excluded. Features appear when the columns they need are mapped. Channels, departments,
categories, brands, regions, segments and kinds of contact are the company's own: two of each stand here
for all, and the kinds this page names. Of categories the ten with the most order lines have features of
their own, of brands five, of regions and segments the twelve that most customers share.

What a row learns later (when a complaint was settled, an offer accepted, notice given) counts from its own
instant on: at a cutoff before that, the complaint is open and the offer not accepted.

What to expect of the next months (`buying_…`) comes from a model of repeat buying, BG/NBD (Fader, Hardie and Lee,
2005), fitted on the company's own customers as they were known at the earliest cutoff of a training. Its four
parameters are no part of the definitions and travel with the model that was trained; where fewer than thirty
customers have bought on two days, these features are left out.

The profile is what customers declared. It has no history: unless the table of customers says when a row
became known (`known_at`), an attribute counts at every cutoff, and an instant when it lies before the
cutoff. Further attributes that are mapped become features in the same way, texts only as far as ten
customers share them. Consents (`marketing_consent` …) decide who may be scored and contacted and are
never features; protected attributes (gender, age, origin, belief, health …) are refused by their names,
and `regulars check` says so.

| unit | shown as |
| --- | --- |
| cents | an amount of money, kept in hundredths |
| days | days of 24 hours, with fractions |
| share | a part of a whole, 0 to 1 |
| ratio | times |
| orders, lines, pieces, count | a number of them |
| points | the scale of the survey |
| per_day | a number of them a day |
| nats | entropy: 0 when all is one, ln(n) when spread evenly over n |
| yes_no | yes for 1, no for 0 |
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
_MADE = ("call", "letter")
_CHANNELS = ["store", "web"]
# What the model of buying was fitted to has no place on the page, so any will do.
_BUYING = BuyingModel(r=1.0, alpha=30.0, a=1.0, b=3.0)


def full_plan() -> Plan:
    """The plan of a company that has mapped every column, with two channels, departments, regions ….

    Two customers have declared everything, and one contact of every kind is all that has happened.
    """
    streams = {
        "purchases": _purchases(),
        "contacts": _contacts(),
        "exposures": _stream(
            {"channel": _CHANNELS, "offer": [], "arm": ["control", "treated"]},
            ("accepted_seconds", "revenue_cents", "offer_discount_milli"),
        ),
        "contracts": _stream(
            {"plan": []}, ("ends_seconds", "price_cents", "auto_renew", "cancelled_seconds")
        ),
    }
    texts = {"region": ["north", "south"], "segment": ["business", "private"]}
    numbers = ("registered_seconds", "member_since_seconds", "referrals_milli")
    attributes = Attributes({name: np.arange(2) for name in (*texts, *numbers)}, texts)
    ids = TextColumn.of(["one", "other"])
    return standard_plan(Pack(ids, streams, 0, "", attributes), _BUYING)


def _purchases() -> EventStream:
    dictionaries: dict[str, Sequence[str]] = {
        "item": [],
        "category": ["roses", "tools"],
        "brand": ["Thorn", "Vale"],
        "store": [],
        "department": ["garden", "home"],
        "channel": _CHANNELS,
    }
    return _stream(dictionaries, ("order", "quantity_milli", "amount_cents", "discount_cents"))


def _contacts() -> EventStream:
    """One contact of every kind, those of the company's own after those of the customer's."""
    said = [*((kind, INBOUND) for kind in _KINDS), *((kind, OUTBOUND) for kind in _MADE)]
    dictionaries = {
        "channel": _CHANNELS,
        "kind": sorted((*_KINDS, *_MADE)),
        "direction": [INBOUND, OUTBOUND],
        "topic": [],
    }
    empty = _stream(dictionaries, ("resolved_seconds", "score_milli"))
    columns = {name: np.zeros(len(said), np.int64) for name in empty.columns}
    columns["channel"] = np.arange(len(said)) % len(_CHANNELS)
    columns["kind"] = np.array([dictionaries["kind"].index(kind) for kind, _ in said])
    columns["direction"] = np.array([dictionaries["direction"].index(one) for _, one in said])
    offsets = np.array([0, len(said), len(said)])
    return EventStream(offsets, np.zeros(len(said), np.int64), columns, dictionaries)


def _stream(dictionaries: Mapping[str, Sequence[str]], numbers: Sequence[str]) -> EventStream:
    """A table with these columns and no rows."""
    columns = {name: np.empty(0, np.int64) for name in (*dictionaries, *numbers, "local_day")}
    return EventStream(np.zeros(3, np.int64), np.empty(0, np.int64), columns, dictionaries)


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
