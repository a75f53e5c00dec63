"""Customer numbers that differ in capitals alone are said, or refused until somebody says what they are."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import duckdb
import pytest

from features.checks.breaches import ContractBroken, Severity
from features.checks.checking import check
from features.checks.near_ids import near_equal_ids
from features.company.settings.reading import Settings, settings_from
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.vocabulary.errors import SettingsRefused
from tests.features.tables import Row, purchases


def sold(*customers: str) -> list[Row]:
    return [(one, f"o{at}", "2026-01-01", "tea", 1, 4.5) for at, one in enumerate(customers)]


def ignoring(settings: Settings, ignore_case: bool) -> Settings:
    company = dataclasses.replace(settings.company, ignore_case=ignore_case)
    return dataclasses.replace(settings, company=company)


@pytest.mark.parametrize(
    ("others", "severity"),
    [(197, Severity.REFUSES), (198, Severity.NOTES), (199, Severity.NOTES)],
)
def test_one_customer_in_a_hundred_may_be_written_like_another(
    others: int, severity: Severity
) -> None:
    ids = [f"c{at}" for at in range(others)] + ["Anna", "anna", None]
    listed = ", ".join("(NULL)" if one is None else f"('{one}'), ('{one}')" for one in ids)
    rows = f"SELECT id FROM (VALUES {listed}) AS listed(id)"
    (found,) = near_equal_ids(duckdb.connect(), rows, "purchases", None)
    assert (found.severity, found.sample) == (severity, ())
    assert found.what == "2 customer numbers differ in capitals alone"
    assert "If they are 1 people" in found.advice and "ignore_case = true" in found.advice
    for said in (True, False):
        assert near_equal_ids(duckdb.connect(), rows, "purchases", said) == ()


def test_numbers_that_differ_otherwise_are_nothing_to_say() -> None:
    rows = "SELECT id FROM (VALUES ('anna'), ('anne'), ('17'), ('017'), (NULL)) AS listed(id)"
    assert near_equal_ids(duckdb.connect(), rows, "purchases", None) == ()
    nobody = "SELECT CAST(NULL AS VARCHAR) AS id"
    assert near_equal_ids(duckdb.connect(), nobody, "purchases", None) == ()


def test_a_store_is_refused_until_it_is_said_whether_capitals_count(tmp_path: Path) -> None:
    settings = purchases(tmp_path, sold("Anna", "ANNA", "anna\u00a0", "bert", "carl"))
    report = check(settings)
    assert [(one.rule, one.severity) for one in report.breaches] == [
        ("near_equal.customer_id", Severity.REFUSES)
    ]
    with pytest.raises(ContractBroken, match="ignore_case = true"):
        ingest(settings, Workspace(tmp_path / "unsaid"))
    for ignore_case, customers in ((True, 3), (False, 5)):
        said = ignoring(settings, ignore_case)
        assert not check(said).breaches
        store = ingest(said, Workspace(tmp_path / f"ws {ignore_case}")).store
        assert store.manifest.customers == customers


def test_what_is_written_is_true_or_false(tmp_path: Path) -> None:
    for said in (True, False):
        settings = settings_from({"company": {"ignore_case": said}}, folder=tmp_path)
        assert settings.company.ignore_case is said
    assert settings_from({}, folder=tmp_path).company.ignore_case is None
    for wrong in ("yes", 1):
        with pytest.raises(SettingsRefused, match="true or false"):
            settings_from({"company": {"ignore_case": wrong}}, folder=tmp_path)
