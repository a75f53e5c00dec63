"""What all tables together say against the identities, or for more of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.checks.breaches import Severity
from tests.features.checks.identities.companies import checked, company, found
from tests.features.tables import SEVEN


def test_one_address_of_two_customers_is_noted_by_a_number_and_not_by_the_address(
    tmp_path: Path,
) -> None:
    people = [
        ("anna", "a@x.example"),
        ("bert", " A@X.example"),
        ("carl", "c@x.example"),
        ("dora", ""),
    ]
    report = checked(company(tmp_path, [("zoe", "zoe")], people=people, attribute="email"))
    note = found(report, "shared.email")
    assert note is not None and note.severity is Severity.NOTES
    assert (note.rows, note.detail, note.sample) == (1, "2 customers", ("customer anna",))
    assert "identities" in note.advice and "@" not in str(note.as_dict())


def test_of_one_person_an_address_is_no_ones_elses(tmp_path: Path) -> None:
    people = [("anna", "a@x.example"), ("bert", "a@x.example")]
    report = checked(company(tmp_path, [("anna", "bert")], people=people, attribute="email"))
    assert found(report, "shared.email") is None


def test_a_person_born_on_two_days_is_noted_by_their_number(tmp_path: Path) -> None:
    people = [("anna", "1970-02-03"), ("bert", "1980-02-03"), ("carl", "1990-02-03")]
    settings = company(tmp_path, [("anna", "bert")], people=people, attribute="date_of_birth")
    note = found(checked(settings), "contradicted.date_of_birth")
    assert note is not None and note.severity is Severity.NOTES
    assert (note.table, note.rows, note.sample) == ("identities", 1, ("customer bert",))


@pytest.mark.parametrize(("born_twice", "merged", "refused"), [(5, 10, False), (6, 10, True), (6, 120, False), (7, 120, True)])  # fmt: skip
def test_more_than_a_few_persons_born_on_two_days_are_refused(
    tmp_path: Path, born_twice: int, merged: int, refused: bool
) -> None:
    people = [(f"{kind}{at}", f"19{50 + (kind == 'b' and at < born_twice)}-01-01")
              for at in range(merged) for kind in "ab"]  # fmt: skip
    bought = [(one, f"o{one}", "2026-01-01", "tea", 1, 1.0) for one, _ in people]
    rows = [(f"a{at}", f"b{at}") for at in range(merged)]
    settings = company(tmp_path, rows, bought=bought, people=people, attribute="birthday")
    report = checked(settings)
    broken = found(report, "contradicted.birthday")
    assert broken is not None and broken.rows == born_twice
    assert (broken.severity is Severity.REFUSES) == refused == report.refused


def test_ids_that_are_in_no_other_table_are_noted(tmp_path: Path) -> None:
    report = checked(company(tmp_path, [("anna", "bert"), ("zoe", "bert"), ("yve", "zoe")]))
    note = found(report, "never_seen.customer_id")
    assert note is not None and note.severity is Severity.NOTES
    assert note.what == "2 of 3 ids are in no other table"
    assert note.sample == ("customer yve", "customer zoe")


def test_an_id_counts_as_seen_in_whichever_table_it_is(tmp_path: Path) -> None:
    settings = company(
        tmp_path, [("web-1", "anna")], people=[("web-1", "north"), ("anna", "north")]
    )
    report = checked(settings)
    assert found(report, "never_seen.customer_id") is None
    assert report.of("customers").rows_kept == 1


@pytest.mark.parametrize(("listed", "refused"), [(5, False), (6, True)])
def test_identities_that_are_nobodys_are_refused(
    tmp_path: Path, listed: int, refused: bool
) -> None:
    settings = company(tmp_path, [(f"0{at}", "00") for at in range(listed)], bought=SEVEN)
    report = checked(settings)
    note = found(report, "never_seen.customer_id")
    assert note is not None and (note.severity is Severity.REFUSES) == refused == report.refused


def test_a_line_that_both_ids_of_a_person_have_is_told_and_counts_once(tmp_path: Path) -> None:
    line = ("o1", "2026-01-01 10:00", "tea", 1, 4.50)
    # Twice by one id, once by another of the same person, once by somebody else.
    bought = [("anna", *line), ("anna", *line), ("bert", *line), ("carl", *line)]
    report = checked(company(tmp_path, [("anna", "bert")], bought=bought))
    note = found(report, "repeated.customer_id")
    assert note is not None and (note.rows, note.sample) == (1, ("order o1, item tea",))
    assert report.of("purchases").rows_duplicate == 2
    assert report.of("purchases").rows_kept == 2
    apart = checked(company(tmp_path, [("anna", "a-7")], bought=bought))
    assert found(apart, "repeated.customer_id") is None
    assert apart.of("purchases").rows_kept == 3
