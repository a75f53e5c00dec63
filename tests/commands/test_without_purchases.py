"""Companies that sell nothing by the piece: a table of outcomes alone, and contracts alone."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from regulars.main import main
from serving.scores.score import Status
from serving.scores.scoring import Scorer
from serving.snapshot.reading import open_snapshot
from tests.commands.test_way_through import run, workspace
from training.families.churn.bundle import current_bundle

LEADS = """
[tables.customers]
source = "leads.csv"
columns = { customer_id = "lead", source = "source", employees = "employees" }

[tables.outcomes]
source = "leads.csv"
columns = { customer_id = "lead", cutoff = "DATE '2026-01-01'", name = "'lead won'", value = "won" }

[churn]
outcome = "stated"
outcome_name = "lead won"
horizon_days = 30
"""
GYM = """
[tables.contracts]
source = "terms.csv"
columns = { customer_id = "member", contract_id = "term", starts_at = "begins", ends_at = "ends", plan = "plan" }

[churn]
outcome = "contract"
horizon_days = 30
grace_days = 15
"""


def leads(folder: Path, *, won: float = 1.0) -> Path:
    """Four hundred leads; those of the fair are won more often, and so are the larger ones."""
    generator = np.random.default_rng(8)
    lines = ["lead,source,employees,won"]
    for key in range(400):
        source, employees = ("fair", "web", "letter")[key % 3], int(generator.integers(1, 200))
        chance = won * (0.1 + 0.4 * (key % 3 == 0) + employees / 500)
        lines.append(
            f"l{key:03},{source},{employees},{'yes' if generator.random() < chance else 'no'}"
        )
    return written(folder, LEADS, "leads.csv", lines)


def gym(folder: Path) -> Path:
    """Members with terms of thirty days, renewed on the day; those of the plan "trial" seldom."""
    generator = np.random.default_rng(9)
    lines = ["member,term,begins,ends,plan"]
    for key in range(400):
        plan, start = ("trial", "year")[key % 2], date(2025, 1, 1) + timedelta(days=key % 30)
        while start < date(2026, 1, 20):
            end = start + timedelta(days=30)
            lines.append(f"m{key:03},t{key:03}-{len(lines)},{start},{end},{plan}")
            pause = generator.random() < (0.3 if plan == "trial" else 0.1)
            start = end + timedelta(days=60 if pause else 0)
    # One who has agreed on a term of years to come does not move today.
    lines.append("m999,t999,2095-01-01,2096-01-01,year")
    return written(folder, GYM, "terms.csv", lines)


def written(folder: Path, settings: str, name: str, lines: list[str]) -> Path:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    path = folder / "regulars.toml"
    path.write_text(settings, encoding="utf-8")
    return path


def test_leads_are_scored_from_a_table_of_outcomes_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.datasets.folds.ROUNDS", 1)
    settings = leads(tmp_path)
    run(settings, "ingest")
    trained = run(settings, "train", "churn")
    assert 0.6 < trained["metrics"]["auc"] < 0.9
    assert "no time in this table" in trained["card"]
    run(settings, "vectors")
    assert run(settings, "score")["act"] == 'have "lead won"'
    snapshot, bundle = open_snapshot(workspace(settings)), current_bundle(workspace(settings))
    assert snapshot.manifest["heading"] == 'Of whom may "lead won" come true?'
    rows = Scorer(bundle, snapshot, "EUR").score_ids([f"l{key:03}" for key in range(400)])
    assert {row.status for row in rows} == {Status.OK} and {row.spend_cents for row in rows} == {
        None
    }
    fair = np.mean([row.probability or 0.0 for row in rows[::3]])
    assert fair > 0.15 + np.mean([row.probability or 0.0 for row in rows[1::3]])
    assert run(settings, "vectors")["reused"] is True


def test_a_gym_learns_who_does_not_renew_from_contracts_alone(tmp_path: Path) -> None:
    settings = gym(tmp_path)
    run(settings, "ingest")
    result = CliRunner().invoke(main, ["train", "churn", "--settings", str(settings), "--json"])
    trained = json.loads(result.output.splitlines()[-1])
    assert trained["metrics"]["auc"] > 0.55
    assert "has no valid contract any more 15 days after" in trained["card"]
    # Many more do not renew at the latest test than before: whether to use it all the same is for a person to say.
    refused = {one["name"] for one in trained["checks"] if not one["passed"]}
    assert result.exit_code == 1 and "level, latest test" in refused
    run(settings, "promote", "1", "--force", "--reason", "the members of the trial are known")
    run(settings, "vectors")
    scored = run(settings, "score")
    assert 0 < scored["judged"] < 400


def test_outcomes_that_all_lie_in_the_future_are_refused_before_anything_is_stored(
    tmp_path: Path,
) -> None:
    settings = leads(tmp_path)
    settings.write_text(settings.read_text().replace("2026-01-01", "2096-01-01"), encoding="utf-8")
    result = CliRunner().invoke(main, ["ingest", "--settings", str(settings), "--json"])
    assert result.exit_code == 1
    assert "in the future" in result.output and "Traceback" not in result.output
    assert workspace(settings).store.current is None


def test_outcomes_that_never_come_true_publish_no_model(tmp_path: Path) -> None:
    settings = leads(tmp_path, won=0.0)
    run(settings, "ingest")
    result = CliRunner().invoke(main, ["train", "churn", "--settings", str(settings), "--json"])
    assert result.exit_code == 1
    refused = json.loads(result.output.splitlines()[-1])
    assert '0 who had "lead won" and 400 who did not' in json.dumps(
        refused, ensure_ascii=False
    ).replace('\\"', '"')
    assert not (workspace(settings).bundles / "churn").exists()
