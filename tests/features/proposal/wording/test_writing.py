"""What a proposal writes into the settings of a company."""

from __future__ import annotations

from features.proposal.wording.writing import ProposedColumn, _open


def test_an_open_column_stands_as_comments_with_every_candidate_to_choose_from() -> None:
    candidates = (('"channel event"', "3 different values"), ("lower(abc)", "9 different values"))
    assert list(_open(ProposedColumn("kind", "", "No column looks like it.", candidates))) == [
        "# STILL TO BE WRITTEN: kind. No column looks like it.",
        "# Perhaps, 3 different values:",
        "# kind = '\"channel event\"'",
        "# Perhaps, 9 different values:",
        '# kind = "lower(abc)"',
    ]


def test_an_open_column_without_any_candidate_shows_where_to_write_it() -> None:
    assert list(_open(ProposedColumn("kind", "", "No column looks like it."))) == [
        "# STILL TO BE WRITTEN: kind. No column looks like it.",
        '# kind = "your_column"',
    ]
