"""A campaign goes its way by the command line: planned, started, handed out, reported, and measured when its window is over."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from click.testing import CliRunner

from regulars.main import main
from serving.ledger.ledger import ledger_of
from serving.snapshot.reading import open_snapshot
from tests.serving.company import Company, company_in


@pytest.fixture
def company(
    recommending_company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Company:
    """A company with scores in a folder of its own, in which the commands run."""
    copytree(recommending_company.settings_path.parent, tmp_path / "company")
    monkeypatch.chdir(tmp_path / "company")
    return company_in(tmp_path / "company")


def run(*words: str) -> dict[str, Any]:
    found = CliRunner().invoke(main, ["campaign", *words, "--json"])
    assert found.exit_code == 0, found.output
    answer: dict[str, Any] = json.loads(found.output)
    return answer


def refused(*words: str) -> str:
    found = CliRunner().invoke(main, ["campaign", *words])
    assert found.exit_code != 0 and "Traceback" not in found.output
    return found.output


def test_a_campaign_goes_from_its_plan_to_its_outcomes(company: Company) -> None:
    limits = ("--budget-cents", "20000", "--hold-out-percent", "50")
    plan = run("plan", *limits)
    assert 0 < plan["spend_cents"] <= 20_000
    assert plan["gain_low_cents"] < plan["gain_cents"] < plan["gain_high_cents"]
    assert run("list")["campaigns"] == []
    started = run("start", "spring", *limits, "--owner", "Anna", "--without-measurement")
    assert started["spend_cents"] <= 20_000 and started["contacted"] > 0 < started["held_out"]
    [listed] = run("list")["campaigns"]
    assert (listed["name"], listed["owner"], listed["result"]) == ("spring", "Anna", None)
    assert run("export", "spring", "list.csv")["customers"] == started["contacted"]
    with Path("list.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["outcome"], rows[1]["outcome"] = "accepted", "no answer"
    with Path("back.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert run("report", "spring", "back.csv")["new"] == 2
    assert run("report", "spring", "back.csv")["new"] == 0
    assert run("exposures", "rows.csv")["rows"] == started["contacted"] + started["held_out"]
    assert "Expected" in refused("measure", "spring")


def test_whoever_is_in_a_campaign_that_runs_is_planned_for_no_other(company: Company) -> None:
    first = run(
        "start", "spring", "--most", "5", "--hold-out-percent", "0", "--without-measurement"
    )
    plan = run("plan", "--hold-out-percent", "0")
    again = run("start", "summer", "--hold-out-percent", "0", "--without-measurement")
    with ledger_of(company.workspace) as ledger:
        spring, summer = (
            {one.customer_id for one in ledger.campaigns.members(found["campaign_id"])}
            for found in (first, again)
        )
    assert len(spring) == 5 and spring.isdisjoint(summer)
    assert plan["considered"] == len(_reachable(company)) - 5


def _reachable(company: Company) -> set[int]:
    snapshot = open_snapshot(company.workspace)
    keys = snapshot.ranking.customer_keys
    return set(keys[snapshot.has_refused_contact[keys] == 0].tolist())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["start", "spring", "--hold-out-percent", "0"], "--without-measurement"),
        (["start", "spring", "--starts", "2020-01-01"], "the day of the scores"),
        (["plan", "--capacity", "call=many"], "whole number"),
        (["plan", "--action", "fax"], "a contact out of"),
        (["export", "spring", "list.csv"], "No campaign was started yet"),
        (["report", "spring", "list.csv"], "No campaign was started yet"),
        (["measure", "spring"], "No campaign was started yet"),
    ],
)
def test_a_mistake_is_answered_by_a_sentence_and_nothing_is_started(
    company: Company, words: list[str], said: str
) -> None:
    assert said in " ".join(refused(*words).split())
    assert run("list")["campaigns"] == []
