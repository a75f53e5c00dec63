"""`regulars dataset`: what came of whom, and the rows in a file for whoever learns elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from regulars import describe, open_workspace
from regulars.main import main
from serving.ledger.administration import audited
from serving.ledger.ledger import ledger_of
from tests.commands.library.company import NotebookCompany, notebook_company_in


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> NotebookCompany:
    return notebook_company_in(tmp_path_factory, tmp_path_factory.mktemp("dataset") / "demo")


def called(company: NotebookCompany, *words: str) -> Result:
    return CliRunner().invoke(main, ["dataset", *words, "--settings", str(company.settings_path)])


def told(company: NotebookCompany, *words: str, exit_code: int = 0) -> dict[str, Any]:
    result = called(company, *words, "--json")
    assert result.exit_code == exit_code, result.output
    answer: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return answer


def test_it_tells_by_cutoff_how_many_were_judged_and_of_how_many_it_came_true(
    company: NotebookCompany,
) -> None:
    answer, rows = told(company), open_workspace(company.folder).dataset()
    cutoffs = {str(one["cutoff"]): one for one in answer["cutoffs"]}
    for cutoff, some in rows.groupby(rows.reset_index().cutoff.dt.strftime("%Y-%m-%d").to_numpy()):
        said = cutoffs[str(cutoff)]
        assert (said["rows"], said["came_true"]) == (len(some), some.outcome.sum())
        assert {said["split"]} == set(some.split)
    assert answer["rows"] == len(rows) and answer["features"] == rows.shape[1] - 2
    assert "buys nothing for 90 days" in called(company).output


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_the_file_has_the_rows_of_the_library(
    company: NotebookCompany, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / f"rows.{kind}"
    assert told(company, "--export", str(file))["file"] == str(file)
    expected = open_workspace(company.folder).dataset().reset_index()
    found = pd.read_parquet(file) if kind == "parquet" else pd.read_csv(file)
    assert found.columns.tolist() == expected.columns.tolist()
    for name in ("customer_id", "split", "outcome"):
        assert found[name].tolist() == expected[name].tolist()
    pd.testing.assert_series_equal(
        found.days_since_order, expected.days_since_order, check_dtype=False, rtol=1e-6
    )
    if kind == "parquet":
        assert describe(found).meaning["days_since_order"] == "Days since the last order."
    assert oct(file.stat().st_mode)[-3:] == "600"
    [latest] = audited(company.workspace, most=1)[:1]
    assert latest.route in ("regulars dataset --export", "open_workspace().dataset()")
    routes = {one.route for one in audited(company.workspace, most=9)}
    assert "regulars dataset --export" in routes


def test_another_outcome_is_asked_at_cutoffs_of_ones_own(
    company: NotebookCompany, tmp_path: Path
) -> None:
    file = tmp_path / "rows.parquet"
    days = ("--cutoff", "2024-09-01", "--cutoff", "2024-12-01")
    answer = told(company, "inactivity", *days, "--export", str(file))
    assert {one["cutoff"] for one in answer["cutoffs"]} == {"2024-09-01", "2024-12-01"}
    assert {one["split"] for one in answer["cutoffs"]} == {f"fold {one}" for one in range(1, 6)}
    assert len(pd.read_parquet(file)) == answer["rows"]


def test_what_cannot_be_asked_is_refused_and_nothing_is_written(
    company: NotebookCompany, tmp_path: Path
) -> None:
    file = str(tmp_path / "rows.parquet")
    for words, expected in (
        (("chrun", "--export", file), 'Did you mean "churn"?'),
        (("--cutoff", "2025-01-26", "--export", file), "up to 2025-01-25"),
        (("--export", str(tmp_path / "rows.xlsx")), "ends in .parquet or .csv"),
        (("--cutoff", "soon"), "a cutoff such as 2026-10-01"),
    ):
        result = called(company, *words)
        assert result.exit_code == 2 and expected in " ".join(result.output.split())
    assert list(tmp_path.iterdir()) == []


def test_a_file_written_after_an_erasure_has_nobody_who_was_erased(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    own, file = notebook_company_in(tmp_path_factory, tmp_path / "demo"), tmp_path / "rows.csv"
    erased = str(open_workspace(own.folder).dataset().index[0][0])
    with ledger_of(own.workspace) as ledger:
        ledger.privacy.erase([erased], at=1)
    told(own, "--export", str(file))
    assert erased not in file.read_text(encoding="utf-8")
