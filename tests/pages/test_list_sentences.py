"""Every sentence around the list: none of nothing, one in the singular, and the numbers as they are written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from serving.pages.churn_list import Totals
from serving.pages.list_query import ListQuery
from serving.pages.list_sentences import (
    expected_between,
    jumped,
    matched,
    money_note,
    not_judged,
    notice,
    position,
    product,
)
from serving.snapshot.reading import Snapshot
from training.reasons.languages.known import ENGLISH, language_of

GERMAN = language_of("de")
MARGIN = {"horizon_days": 30, "money": "margin"}


def saying(snapshot: Snapshot, **told: Any) -> Snapshot:
    """The same scores under a manifest that says something else."""
    return replace(snapshot, manifest={**snapshot.manifest, **told})


def summed(customers: int) -> Totals:
    return Totals(customers, 12.34, 8.0, 1_017.6, 123_456, 0, 0)


@pytest.mark.parametrize(
    ("compared", "count", "said"),
    [
        (0, 5, ""),
        (1, 0, "0 risks rose by 10 points or more"),
        (1, 1, "1 risk rose by 10 points or more"),
        (9, 2, "2 risks rose by 10 points or more"),
        (9, 1_234, "1,234 risks rose by 10 points or more"),
    ],
)
def test_how_many_jumped_is_told_where_anybody_was_compared(
    snapshot: Snapshot, compared: int, count: int, said: str
) -> None:
    assert jumped(saying(snapshot, compared=compared, jumped=count), ENGLISH) == said


@pytest.mark.parametrize(
    ("query", "who"),
    [
        (ListQuery(), "highest net gain first"),
        (ListQuery(sort="risk"), "highest risk first"),
        (ListQuery(sort="risk", rising=True), "lowest risk first"),
        (ListQuery(sort="last_seen"), "longest silence first"),
        (ListQuery(sort="last_seen", rising=True), "shortest silence first"),
        (ListQuery(sort="spend"), "highest 12-month spend first"),
        (ListQuery(sort="unheard of"), "highest spend first"),
    ],
)
def test_all_customers_are_named_with_their_order(
    snapshot: Snapshot, query: ListQuery, who: str
) -> None:
    everybody = summed(snapshot.judged)
    said = matched(snapshot, everybody, query, "EUR", ENGLISH)
    assert said == f"All {snapshot.judged} judged customers, {who}."


def test_some_customers_are_named_with_what_they_come_to(snapshot: Snapshot) -> None:
    query = ListQuery(jumped=True)
    found = saying(snapshot, earlier_seconds=1_714_521_600)
    assert matched(found, summed(0), query, "EUR", ENGLISH) == "Nobody matches."
    rest = "12.3 expected to leave, €1,235 of spend at risk."
    one, two = (matched(found, summed(count), ListQuery(), "EUR", ENGLISH) for count in (1, 2))
    assert (one, two) == (f"1 customer matches: {rest}", f"2 customers match: {rest}")
    assert matched(found, summed(2), query, "EUR", ENGLISH) == (
        f"Risk up by 10 points or more since 1 May 2024: {two}"
    )


def test_a_german_noun_keeps_its_capital_inside_a_sentence(snapshot: Snapshot) -> None:
    said = matched(snapshot, summed(2), ListQuery(), "EUR", GERMAN)
    assert said.endswith("; Gefährdete Ausgaben: 1.235 €.")


@pytest.mark.parametrize(
    ("means_leaving", "value", "said"),
    [
        (True, None, "risk × 12-month spend"),
        (False, None, "chance × 12-month spend"),
        (True, MARGIN, "risk × value if kept"),
        (False, MARGIN, "chance × value if they buy"),
    ],
)
def test_what_is_multiplied_is_what_the_models_are_about(
    snapshot: Snapshot, means_leaving: bool, value: Any, said: str
) -> None:
    found = saying(snapshot, means_leaving=means_leaving, value=value)
    assert product(found, ENGLISH) == said
    note = money_note(found, ENGLISH)
    if value is None:
        assert note.startswith("Spend is of the last 12 months, net of returns.")
        assert ("Net gain is spend at risk × the share" in note) == means_leaving
    else:
        assert note.startswith("Value is the margin a customer is expected to bring in the next 30")
        assert f"is {said}: what they bring given that they buy at all." in note


def test_who_is_not_judged_is_counted_by_the_reason_why(snapshot: Snapshot) -> None:
    counts = dict.fromkeys(snapshot.manifest["statuses"], 0)
    assert not_judged(saying(snapshot, statuses=counts | {"ok": 9}), ENGLISH) == ""
    some = counts | {"not_eligible": 1_200, "no_consent": 1}
    assert not_judged(saying(snapshot, statuses=some), ENGLISH) == (
        "Not judged: 1,200 not among those the question is about; 1 declined to be scored."
    )
    late = counts | {"insufficient_data": 3}
    assert not_judged(saying(snapshot, statuses=late), ENGLISH) == (
        "Not judged: 3 have no known purchase."
    )


def test_what_is_old_is_called_old_with_its_fault() -> None:
    assert notice(None, ENGLISH) == ""
    assert "cannot be used (a damaged file)" in notice({"found": "a damaged file"}, ENGLISH)
    assert "cannot be used (a fault)" in notice({}, ENGLISH)


@pytest.mark.parametrize(
    ("first", "shown", "said"),
    [(0, 0, ""), (25, 0, ""), (0, 1, "1–1 of 1,026"), (1_000, 26, "1,001–1,026 of 1,026")],
)
def test_a_page_says_which_of_how_many_it_shows(first: int, shown: int, said: str) -> None:
    assert position(first, shown, 1_026, ENGLISH) == said


def test_an_expectation_is_an_interval_of_whole_customers() -> None:
    assert expected_between(summed(3), ENGLISH) == "8 to 1,018"
    assert expected_between(summed(3), GERMAN) == "8 bis 1.018"


def test_how_many_are_expected_is_as_open_as_chance_leaves_it_or_the_level_whichever_is_more() -> (
    None
):
    assert expected_between(summed(2_000), ENGLISH) == "8 to 1,018"
    assert expected_between(summed(2_000), ENGLISH, (0.9, 1.1)) == "8 to 1,018"
    assert expected_between(summed(2_000), ENGLISH, (0.5, 100.0)) == "6 to 1,234"
    # More than are judged never come.
    assert expected_between(summed(1_100), ENGLISH, (0.5, 100.0)) == "6 to 1,100"
