"""Leads nobody has an answer of yet: judged like everybody, told apart in the export, wherever the company lies."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest

from serving.scores.score import Status
from serving.scores.scoring import Scorer
from serving.snapshot.reading import open_snapshot
from tests.absolute_paths import places_naming
from tests.commands.test_way_through import run, workspace
from tests.commands.test_without_purchases import LEADS, leads
from training.families.churn.bundle import current_bundle

LEARNED = [f"l{key:03}" for key in range(400)]
OPEN = [f"open{key}" for key in range(25)]
"""Asked about, and nobody knows yet."""
NEW = [f"new{key}" for key in range(3)]
"""In the table of customers alone."""
BLANK = "blank"
"""As they, and nothing is known of it at all."""


def with_new_ones(folder: Path) -> Path:
    """Leads with an answer, leads without one, and some the table of outcomes does not name."""
    settings = leads(folder)
    file = folder / "leads.csv"
    further = [
        *(f"{name},{('fair', 'web')[place % 2]},100," for place, name in enumerate(OPEN)),
        *(f"{name},fair,190,not asked" for name in NEW),
        f"{BLANK},,,not asked",
    ]
    file.write_text(file.read_text(encoding="utf-8") + "\n".join(further) + "\n", encoding="utf-8")
    asked = (
        'where = "won IS NULL OR won <> \'not asked\'"\ncolumns = { customer_id = "lead", cutoff'
    )
    said = LEADS.replace('columns = { customer_id = "lead", cutoff', asked)
    settings.write_text(said, encoding="utf-8")
    return settings


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A company whose leads are learned from and judged, in a folder of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.datasets.folds.ROUNDS", 1)
        settings = with_new_ones(tmp_path_factory.mktemp("company"))
        for words in (("ingest",), ("train", "churn"), ("vectors",), ("score",)):
            run(settings, *words)
        yield settings


def exported(settings: Path, file: Path) -> dict[str, dict[str, Any]]:
    run(settings, "export", str(file))
    return {line["customer_id"]: line for line in parquet.read_table(file).to_pylist()}


def test_leads_without_an_answer_are_noted_and_never_refused(company: Path) -> None:
    found = [one for one in run(company, "check")["breaches"] if one["table"] == "outcomes"]
    assert [(one["what"], one["rows"], one["severity"]) for one in found] == [
        ("rows without value: nobody knows it yet", len(OPEN), "notes")
    ]


def test_leads_without_an_answer_or_any_event_have_scores_and_reasons(company: Path) -> None:
    place = workspace(company)
    scorer = Scorer(current_bundle(place), open_snapshot(place), "EUR")
    rows = scorer.score_ids([*LEARNED[:2], *OPEN, *NEW, BLANK, "nobody"])
    *judged, blank, nobody = rows
    assert {row.status for row in judged} == {Status.OK}
    for row in judged:
        assert row.explanation is not None and 0.0 < (row.probability or 0.0) < 1.0
        assert row.explanation.reasons
    assert (blank.status, nobody.status) == (Status.INSUFFICIENT_DATA, Status.UNKNOWN_ID)
    chances = dict(zip([*OPEN, *NEW], (row.probability or 0.0 for row in judged[2:]), strict=True))
    # Two hundred employees and a fair are more than one hundred and the web.
    assert min(chances[one] for one in NEW) > max(chances[one] for one in OPEN[1::2])


def test_an_export_says_who_was_learned_from_and_what_was_rounded(
    company: Path, tmp_path: Path
) -> None:
    lines = exported(company, tmp_path / "leads.parquet")
    assert set(lines) == {*LEARNED, *OPEN, *NEW}
    assert {one for one, line in lines.items() if line["in_training"]} == set(LEARNED)
    assert {lines[one]["in_training"] for one in (*OPEN, *NEW)} == {False}
    snapshot = open_snapshot(workspace(company))
    for place, key in enumerate(snapshot.ranking.customer_keys.tolist()):
        line = lines[snapshot.customer_ids[key]]
        assert line["probability"] == snapshot.ranking.probability[place]
        assert line["risk_percent"] == round(100 * line["probability"], 1)
        assert (line["segment"], line["expected_value_cents"]) == (None, None)
        assert (line["scored_at"], line["model_version"]) == ("2026-01-02T00:00:00Z", "1")
    bands = sorted(line["risk_band"] for line in lines.values())
    assert 40 <= bands.count("high") <= 60 and set(bands) == {"high", "medium", "low"}


def test_a_company_that_is_moved_trains_promotes_and_scores_where_it_is_now(
    company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = tmp_path / "old place", tmp_path / "new place"
    shutil.copytree(company.parent, old)
    run(old / company.name, "score", "--again")
    shutil.move(old, new)
    monkeypatch.setattr("training.datasets.folds.ROUNDS", 1)
    settings = new / company.name
    # Another list to be worth something: of the same settings the same model would come, and no version.
    with settings.open("a", encoding="utf-8") as more:
        more.write("\n[campaign]\nkept_value_cents = 77\n")

    assert run(settings, "train", "churn")["version"] == "2"
    assert run(settings, "rollback", "--reason", "a drill")["version"] == "1"
    assert run(settings, "promote", "2", "--reason", "a drill")["version"] == "2"
    run(settings, "ingest")
    run(settings, "vectors", "--again")
    assert run(settings, "score", "--again")["judged"] == len([*LEARNED, *OPEN, *NEW])
    lines = exported(settings, tmp_path / "moved.parquet")
    assert sum(line["in_training"] for line in lines.values()) == len(LEARNED)

    assert not old.exists()
    for place in (old, new, company.parent):
        assert places_naming(workspace(settings).folder, str(place)) == []
