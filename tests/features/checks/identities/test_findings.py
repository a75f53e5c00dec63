"""What a check says of the identities by themselves: told, or refused with what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.checks.breaches import Severity
from tests.features.checks.identities.companies import checked, company, found


def test_who_was_merged_is_told_and_counts_once(tmp_path: Path) -> None:
    report = checked(company(tmp_path, [("anna", "a-7"), ("bert", "a-7"), ("carl", "carl")]))
    told = found(report, "merged.customer_id")
    assert told is not None and told.severity is Severity.NOTES
    assert told.what == "2 ids are merged into 1 person"
    assert not report.refused
    assert report.of("purchases").customers == 2


def test_an_id_of_two_persons_is_refused_by_its_number(tmp_path: Path) -> None:
    report = checked(company(tmp_path, [("anna", "bert"), ("anna", "carl")]))
    broken = found(report, "several.person_id")
    assert broken is not None and broken.severity is Severity.REFUSES
    assert broken.sample == ("customer anna",)
    assert "set_aside" in broken.advice


def test_an_id_that_is_told_twice_of_one_person_is_told_once(tmp_path: Path) -> None:
    report = checked(company(tmp_path, [("anna", "bert"), (" anna ", "bert"), ("anna", "bert ")]))
    assert not report.refused
    assert report.of("identities").rows_kept == 1
    assert report.of("purchases").customers == 2


@pytest.mark.parametrize(("ids", "refused"), [(3, False), (4, False), (5, True)])
def test_a_person_of_more_ids_than_the_setting_says_is_refused(
    tmp_path: Path, ids: int, refused: bool
) -> None:
    # The own id counts as one: of anna and two more there are three.
    joined = [(f"x{at}", "anna") for at in range(ids - 1)]
    report = checked(company(tmp_path, joined, settings={"most_ids_a_person": 4}))
    broken = found(report, "many_ids.person_id")
    assert (broken is not None) == refused == report.refused
    if broken is not None:
        assert broken.rows == 1 and broken.sample == ("customer anna",)
        assert "most_ids_a_person = 5" in broken.advice


def test_a_chain_is_no_way_around_the_ceiling(tmp_path: Path) -> None:
    joined = [(f"x{at}", f"x{at + 1}") for at in range(20)] + [("anna", "x0")]
    report = checked(company(tmp_path, joined))
    broken = found(report, "many_ids.person_id")
    assert broken is not None and broken.detail == "up to 22 ids of one"
    assert not checked(company(tmp_path, joined, settings={"most_ids_a_person": 22})).refused


def test_rows_of_the_identities_that_a_rule_sets_aside_merge_nothing(tmp_path: Path) -> None:
    rows = [("anna", "bert"), ("carl", "bert")]
    report = checked(company(tmp_path, rows, set_aside={"no": "id = 'anna'"}))
    told = found(report, "merged.customer_id")
    assert told is not None and told.rows == 1
    assert report.of("purchases").customers == 2
