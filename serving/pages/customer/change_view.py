"""What changed of a customer, and what if, as the customer's page shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import numpy as np

from features.vocabulary.time import DAY_SECONDS
from serving.in_use.models_in_use import InUse
from serving.pages.customer.contexts import ChangeLine, ChangeSection, PlayLine
from serving.pages.customer.customer_query import CustomerQuery
from serving.pages.figures import percent, signed
from serving.scores.changes import ChangeAnswer
from serving.scores.score import Status
from serving.scores.what_if import WhatIf
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.language import Language

_NO_RISK_THEN = {
    Status.INSUFFICIENT_DATA: phrase("Nothing was known of this customer on that day."),
    Status.NOT_ELIGIBLE: phrase(
        "On that day this customer was not among those the question is about."
    ),
}
_NOTHING_TO_COMPARE = phrase("No risk to compare.")


def change_section(in_use: InUse, key: int, query: CustomerQuery) -> ChangeSection | None:
    """The change since a day; None where other times cannot be told, or no table of events tells of any."""
    changes, past = in_use.changes, in_use.past
    if changes is None or past is None or not past.has_events:
        return None
    snapshot = in_use.snapshot
    end = snapshot.cutoff_seconds
    earlier = _instant_of(query.since, before=end)
    if earlier is None:
        earlier = snapshot.earlier_seconds
    language = in_use.wording.language
    found = changes.since(snapshot.customer_ids[key], earlier, language)
    return ChangeSection(
        since=_day(earlier),
        latest=_day(end - DAY_SECONDS),
        hidden_fields=replace(query, since="").parameters(),
        headline=found.headline
        or language.say(_NO_RISK_THEN.get(found.status_before, _NOTHING_TO_COMPARE)),
        lines=_lines(found, language),
        sum=_sum(found, language),
    )


def play_lines(in_use: InUse, customer_id: str) -> list[PlayLine]:
    """What the model would say if something were done that the company can do, by how much it would change."""
    if in_use.what_ifs is None:
        return []
    language = in_use.wording.language
    plays = in_use.what_ifs.plays(customer_id, language)
    told = [(one, _workable(in_use, one)) for one in plays]
    ranked = sorted(told, key=lambda one: -abs(one[0].would_be - one[0].probability))
    return [
        PlayLine(
            one.title,
            "; ".join(facts),
            percent(one.would_be, language),
            signed(round(100 * one.would_be, 1) - round(100 * one.probability, 1), language),
        )
        for one, facts in ranked
        if facts
    ]


def _workable(in_use: InUse, play: WhatIf) -> list[str]:
    """The facts of a play that the company can bring about, now or in a roundabout way."""
    kinds = {one.name: one.actionable for one in in_use.scorer.wording.features}
    return [one.text for one in play.because if kinds[one.feature] in ("now", "indirect")]


def _lines(found: ChangeAnswer, language: Language) -> list[ChangeLine]:
    lines = [
        ChangeLine(
            one.title,
            one.text,
            ", ".join(each.said(language.code) for each in one.happened),
            signed(one.shown_points, language),
        )
        for one in found.reasons
    ]
    return (
        [*lines, ChangeLine(language.other, "", "", signed(found.shown_other, language))]
        if lines
        else []
    )


def _sum(found: ChangeAnswer, language: Language) -> str:
    if not found.reasons:
        return ""
    parts = [*(one.shown_points for one in found.reasons), found.shown_other]
    added = " ".join(f"{'−' if one < 0 else '+'} {abs(one):.1f}" for one in np.array(parts))
    return language.written(f"{found.shown_before:.1f} {added} = {found.shown_now:.1f}")


def _instant_of(text: str, *, before: int) -> int | None:
    """The midnight of a day a form sent; None for what is no day, or none before the present scores."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    seconds = int(datetime.combine(day, time(), UTC).timestamp())
    return seconds if seconds < before else None


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
