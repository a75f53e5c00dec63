"""The company the notebooks are shown on, as `regulars demo --customers 1600` would make it, on days that stay the same."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from experiments.world import WorldSpec, simulate
from regulars.main import main

SPEC = WorldSpec(customers=1_600, seed=3, lines_per_customer=14, days=600)
STEPS = (["ingest"], ["train", "churn"], ["train", "recommendations"], ["vectors"], ["score"])


def make(folder: Path) -> None:
    """Simulate the company, store it, train what the notebooks ask, and score everybody."""
    simulate(SPEC, folder)
    for words in STEPS:
        result = CliRunner().invoke(main, [*words, "--settings", str(folder / "regulars.toml")])
        assert result.exit_code == 0, result.output
