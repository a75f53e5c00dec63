"""What monitoring says in words."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from features.company.workspace import Workspace
from features.store.store import open_store
from features.vectors.refresh import natural_cutoff
from regulars.main import main
from regulars.monitoring import quality_sentences
from tests.commands.shop import leaving_and_staying, write_shop


def monitor(settings: Path, *words: str) -> str:
    result = CliRunner().invoke(main, ["monitor", "--settings", str(settings), *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_shop_without_a_model_hears_of_its_feeds_alone(tmp_path: Path) -> None:
    settings = write_shop(tmp_path, leaving_and_staying(40))
    CliRunner().invoke(main, ["ingest", "--settings", str(settings)])
    end = natural_cutoff(open_store(Workspace(tmp_path / ".workspace")).manifest.last_known_seconds)
    quiet = monitor(settings, "--as-of", str(end.plus_days(1)))
    assert f"Nothing is out of the ordinary in the week before {end}" in quiet
    assert "Cannot say anything of inputs, scores and quality" in quiet
    late = json.loads(monitor(settings, "--as-of", str(end.plus_days(40)), "--json"))
    assert [(one["kind"], one["about"]) for one in late["alarms"]] == [("late", "purchases")]
    assert "1 thing to look at" in monitor(settings, "--as-of", str(end.plus_days(40)))


def test_quality_is_told_as_realised_and_as_estimated() -> None:
    figures = {"customers": 900, "share": 0.31, "auc": 0.774, "share_of_list": 0.68}
    realised = {**figures, "as_of": "2026-01-04", "treated": 40, "estimated": figures}
    assert quality_sentences({"realised": [realised], "estimated": figures}) == [
        "As of 2026-01-04 31.0%, of the riskiest tenth 68.0%, AUC 0.774 of 900 customers, 40 treated ones left out; "
        "expected were 31.0%, of the riskiest tenth 68.0%, AUC 0.774.",
        "Now estimated before anybody knows: 31.0%, of the riskiest tenth 68.0%, AUC 0.774.",
    ]


def test_what_cannot_be_estimated_says_why() -> None:
    said = quality_sentences({"cannot_estimate": "100 were expected to leave and 300 did"})
    assert said == [
        "Cannot estimate how good the model is now: 100 were expected to leave and 300 did."
    ]
