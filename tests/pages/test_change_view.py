"""The day a change is told from, and the change in a sum that a reader can follow."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from serving.in_use.models_in_use import InUse
from serving.pages.customer.change_view import _instant_of, _lines, _sum, change_section, play_lines
from serving.pages.customer.customer_query import CustomerQuery
from serving.scores.changes import ChangeAnswer, ChangeReason
from serving.scores.score import Status
from serving.scores.what_if import WhatIf
from training.reasons.happenings import Happening
from training.reasons.languages.known import language_of
from training.reasons.moved_facts import MovedFact

ENGLISH, GERMAN = language_of("en"), language_of("de")
DAY = 86_400
# Midnight of the first of January 2026.
MIDNIGHT = 1_767_225_600
REASON = ChangeReason(
    "rhythm", "Buying rhythm", 12.04, 12.0, None, "Silent", (Happening("complaint", 2, MIDNIGHT),)
)
FOUND = ChangeAnswer(
    "anna", Status.OK, Status.OK, before=0.2, now=0.3,
    reasons=(REASON, replace(REASON, title="Spend", shown_points=-3.5, happened=())),
    shown_before=20.0, shown_now=30.0, shown_other=1.5,
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "before", "found"),
    [
        ("2026-01-01", MIDNIGHT + 1, MIDNIGHT),
        ("2026-01-01", MIDNIGHT, None),
        ("2026-01-01", MIDNIGHT - 1, None),
        ("2025-12-31", MIDNIGHT, MIDNIGHT - DAY),
        ("2026-02-30", 2 * MIDNIGHT, None),
        ("yesterday", 2 * MIDNIGHT, None),
        ("", 2 * MIDNIGHT, None),
    ],
)
def test_a_day_counts_from_its_midnight_if_that_is_before_the_scores(
    text: str, before: int, found: int | None
) -> None:
    assert _instant_of(text, before=before) == found


def test_the_sum_leads_from_the_risk_then_to_that_of_now() -> None:
    assert _sum(FOUND, ENGLISH) == "20.0 + 12.0 − 3.5 + 1.5 = 30.0"
    assert _sum(FOUND, GERMAN) == "20,0 + 12,0 − 3,5 + 1,5 = 30,0"
    level = replace(FOUND, shown_other=0.0)
    assert _sum(level, ENGLISH) == "20.0 + 12.0 − 3.5 + 0.0 = 30.0"
    assert _sum(replace(FOUND, reasons=()), ENGLISH) == ""


def test_the_lines_are_the_reasons_and_everything_else() -> None:
    told = [(one.title, one.text, one.events, one.points) for one in _lines(FOUND, ENGLISH)]
    assert told == [
        ("Buying rhythm", "Silent", "two complaints", "+12.0"),
        ("Spend", "Silent", "", "−3.5"),
        ("Everything else", "", "", "+1.5"),
    ]
    assert _lines(replace(FOUND, reasons=()), ENGLISH) == []


def test_without_another_day_a_change_is_told_since_the_usual_one(in_use: InUse) -> None:
    end = in_use.snapshot.cutoff_seconds
    assert end % DAY == 0
    key = int(in_use.snapshot.ranking.customer_keys[0])
    usual = change_section(in_use, key, CustomerQuery("anna"))
    asked = change_section(in_use, key, CustomerQuery("anna", show="orders", since="2025-02-01"))
    assert usual is not None and asked is not None
    assert asked.since == "2025-02-01" and asked.hidden_fields == {"who": "anna", "show": "orders"}
    earlier = change_section(in_use, key, CustomerQuery("anna", since=usual.since))
    assert usual == earlier and usual.since < usual.latest
    # The last day that can be asked about is answered, and the one after it falls back.
    last = change_section(in_use, key, CustomerQuery("anna", since=usual.latest))
    assert last is not None and last.since == usual.latest
    assert _instant_of(usual.latest, before=end) == end - DAY
    long_ago = change_section(in_use, key, CustomerQuery("anna", since="1990-01-01"))
    assert long_ago is not None and (long_ago.lines, long_ago.sum) == ([], "")
    assert long_ago.headline == "Nothing was known of this customer on that day."


def test_what_a_play_would_change_is_the_difference_of_what_is_shown(in_use: InUse) -> None:
    customer = in_use.snapshot.customer_ids[int(in_use.snapshot.ranking.customer_keys[0])]
    assert in_use.what_ifs is not None
    plays, told = play_lines(in_use, customer), in_use.what_ifs.plays(customer, ENGLISH)
    assert len(plays) == len(told) > 0
    for line, play in zip(plays, told, strict=True):
        now, then = round(100 * play.probability, 1), round(100 * play.would_be, 1)
        assert line.title == play.title and line.would_be == f"{then:.1f} %"
        assert line.change == f"{then - now:+.1f}".replace("-", "−")
        assert line.facts.split("; ") == [one.text for one in play.because]


def test_what_nobody_can_bring_about_is_no_play_and_the_largest_difference_comes_first() -> None:
    kinds = {"silence": "indirect", "complaints": "now", "age": "context"}

    def play(name: str, would_be: float, *features: str) -> WhatIf:
        because = tuple(MovedFact(one, one, "1", "0") for one in features)
        return WhatIf(name, name, 0.5, would_be, (), because, "")

    plays = [play("older", 0.1, "age"), play("settled", 0.4, "complaints", "age")]
    plays += [play("order", 0.2, "silence"), play("worse", 0.7, "complaints")]
    features = [SimpleNamespace(name=name, actionable=kind) for name, kind in kinds.items()]
    made = SimpleNamespace(
        what_ifs=SimpleNamespace(plays=lambda customer, language: plays),
        wording=SimpleNamespace(language=ENGLISH),
        scorer=SimpleNamespace(wording=SimpleNamespace(features=features)),
    )
    found = [(one.title, one.facts, one.change) for one in play_lines(cast(InUse, made), "anna")]
    assert found == [
        ("order", "silence: 1 → 0", "−30.0"),
        ("worse", "complaints: 1 → 0", "+20.0"),
        ("settled", "complaints: 1 → 0", "−10.0"),
    ]
    made.what_ifs = None
    assert play_lines(cast(InUse, made), "anna") == []
