"""What the page about measurement shows is what the functions answer."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from training.measures.incremental.effect import campaign_effect

PROJECT = Path(__file__).resolve().parents[4]


def programs() -> list[str]:
    page = (PROJECT / "docs" / "measurement.md").read_text(encoding="utf-8")
    return re.findall(r"(?ms)^```python\n(.*?)^```", page)


def printed(program: str, folder: Path) -> list[str]:
    answer = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={"PYTHONPATH": str(PROJECT)},
    )
    return answer.stdout.splitlines()


def test_the_first_example_prints_what_stands_beside_it(tmp_path: Path) -> None:
    per_treated, total, explained = printed(programs()[0], tmp_path)
    said = [float(one) for one in re.findall(r"=(-?[\d.]+)", per_treated)]
    shown = re.findall(
        r"# Estimate\(mean=([\d.]+)…, low=([\d.]+)…, high=([\d.]+)…\)", programs()[0]
    )
    assert [f"{one:.5f}"[:5] for one in said] == list(shown[0])
    totals = [round(float(one)) for one in re.findall(r"=(-?[\d.]+)", total)]
    shown = re.findall(r"(\d+) customers, (\d+) to (\d+)", programs()[0])
    assert totals == [int(one) for one in shown[0]]
    assert f"{float(explained):.2f}" in programs()[0]


def test_twelve_lines_of_other_libraries_say_the_same(tmp_path: Path) -> None:
    random = np.random.default_rng(6)
    risk, treated = random.random(3_000), random.random(3_000) < 0.7
    outcome = (random.random(3_000) < risk).astype(float) + 0.1 * treated
    table = pd.DataFrame({"treated": treated.astype(int), "outcome": outcome, "risk": risk})
    table.to_csv(tmp_path / "campaign.csv", index=False)
    (line,) = printed(programs()[1], tmp_path)
    found = campaign_effect(treated, outcome, risk).per_treated
    said = [float(one) for one in re.findall(r"-?\d\.\d+", line)]
    assert said == pytest.approx([found.mean, found.low, found.high], abs=1e-4)
