"""Claims of a bench: when they hold, how they are told, what the exit code is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.bench.claims import Arguments, Claim, arguments, conclude

FAST = Claim("fast", 2.0, 3.0, "s")
SLOW = Claim("slow", 4.0, 3.0, "s")


@pytest.mark.parametrize(
    ("measured", "direction", "holds"),
    [
        (3.0, "at most", True),
        (3.1, "at most", False),
        (3.0, "at least", True),
        (2.9, "at least", False),
        (float("nan"), "at most", False),
        (float("nan"), "at least", False),
    ],
)
def test_a_claim_holds_when_it_reaches_its_bound(
    measured: float, direction: str, holds: bool
) -> None:
    claim = Claim("one", measured, 3.0, direction=direction)  # type: ignore[arg-type]
    assert claim.holds is holds


def test_all_claims_kept_is_exit_code_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert conclude("bench", [FAST], Arguments(is_small=True, json_file=None)) == 0
    assert capsys.readouterr().out.startswith("PASS  fast")


def test_one_claim_missed_is_exit_code_1_and_stands_in_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "result.json"
    assert conclude("bench", [FAST, SLOW], Arguments(is_small=False, json_file=file)) == 1
    assert "MISS  slow" in capsys.readouterr().out
    result = json.loads(file.read_text())
    assert result["size"] == "full"
    assert [claim["holds"] for claim in result["claims"]] == [True, False]


def test_an_unknown_size_is_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIZE", "vast")
    monkeypatch.setattr("sys.argv", ["bench"])
    with pytest.raises(SystemExit) as stopped:
        arguments("a bench")
    assert stopped.value.code == 2
