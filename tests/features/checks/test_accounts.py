"""Counts of the parts of a table: which rows keep their place, and that parts add up to the whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.checks.accounts import Group, Letters, PartAccount, joined
from features.checks.checking import check
from tests.features.tables import purchases

# Two rules, of which the first alone sets rows aside.
SETS_ASIDE = 0b01
JANUARY = PartAccount(
    groups=(Group(0b00, 10, ()), Group(0b01, 3, ("o1", "o2")), Group(0b10, 4, ("o5",))),
    repeated=5,
    repeated_kept=2,
    repeated_sample=("o7",),
    own_items={0: {"tea": 3}},
    letters={"C": Letters(lines=4, returns=3, orders=2, kept=1, sample=("C1",))},
    shared_orders=1,
    shared_sample=("o9",),
    first_seconds=100,
    last_seconds=200,
)
FEBRUARY = PartAccount(
    groups=(Group(0b01, 1, ("o0",)), Group(0b11, 2, ("o3",))),
    repeated=1,
    own_items={0: {"tea": 1, "cup": 2}},
    letters={"C": Letters(lines=1, returns=1, orders=1, kept=1, sample=("C0",))},
    first_seconds=50,
    last_seconds=150,
)


@pytest.mark.parametrize(("mask", "kept"), [(0b00, 17), (SETS_ASIDE, 14), (0b10, 13), (0b11, 10)])
def test_a_row_keeps_its_place_when_no_rule_sets_it_aside(mask: int, kept: int) -> None:
    assert JANUARY.accepted_rows(mask, drops=False) == kept


def test_repeated_rows_that_are_dropped_keep_no_place() -> None:
    assert JANUARY.accepted_rows(SETS_ASIDE, drops=True) == 14 - 2


def test_the_account_of_two_parts_is_the_sum_of_theirs() -> None:
    both = joined([JANUARY, FEBRUARY])
    assert both.groups == (
        Group(0b00, 10, ()),
        Group(0b01, 4, ("o0", "o1", "o2")),
        Group(0b10, 4, ("o5",)),
        Group(0b11, 2, ("o3",)),
    )
    assert (both.repeated, both.repeated_kept, both.shared_orders) == (6, 2, 1)
    assert both.own_items == {0: {"tea": 4, "cup": 2}}
    assert both.letters == {"C": Letters(lines=5, returns=4, orders=3, kept=2, sample=("C0", "C1"))}
    assert (both.first_seconds, both.last_seconds) == (50, 200)
    assert both.accepted_rows(SETS_ASIDE, drops=False) == 14


def test_what_was_too_much_to_tell_in_one_part_is_told_of_no_sum() -> None:
    both = joined([JANUARY, PartAccount(own_items={0: None}, letters=None)])
    assert both.own_items == {0: None} and both.letters is None


def test_a_part_without_dates_leaves_those_of_the_others() -> None:
    both = joined([JANUARY, PartAccount()])
    assert (both.first_seconds, both.last_seconds) == (100, 200)
    alone = joined([PartAccount()])
    assert (alone.first_seconds, alone.last_seconds) == (None, None)


def test_an_account_is_read_back_from_its_plain_fields() -> None:
    assert PartAccount.of(JANUARY.as_dict()) == JANUARY


def test_rows_that_repeat_are_named_by_their_numbers(tmp_path: Path) -> None:
    row = ("c1", "o1", "2026-01-04", "tea", 1, 4.0)
    report = check(purchases(tmp_path, [row, row, ("c2", "o2", "2026-01-05", "tea", 1, 4.0)]))
    (found,) = [one for one in report.breaches if one.rule == "duplicates"]
    assert (found.rows, found.sample) == (1, ("order o1, item tea",))
