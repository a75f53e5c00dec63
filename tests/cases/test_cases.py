"""Files as people have them, each read right or refused with what to write down, with no line by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from features.checks.checking import check
from features.company.settings.reading import load_settings
from features.proposal import propose
from features.vocabulary.errors import SettingsRefused

HERE = Path(__file__).parent
CASES = sorted(one.name for one in HERE.iterdir() if (one / "expected.json").is_file())


def understood(folder: Path, scratch: Path) -> dict[str, Any]:
    """What a check says after a draft of a case that nobody has touched."""
    files = sorted(folder.glob("*.csv"))
    for file in files:
        (scratch / file.name).write_bytes(file.read_bytes())
    named = {one.stem: scratch / one.name for one in files}
    if "lines" in named:
        others: dict[str, Path] = {
            name: named[name] for name in ("customers", "items") if name in named
        }
        proposal = propose(named["lines"], orders=named.get("orders"), others=others)
    else:
        proposal = propose(scratch / (files[0].name if len(files) == 1 else "*.csv"))
    draft = proposal.toml(scratch)
    (scratch / "regulars.toml").write_text(draft, encoding="utf-8")
    return check(load_settings(scratch / "regulars.toml")).as_dict()


@pytest.mark.parametrize("case", CASES)
def test_a_file_is_read_right_or_refused_with_what_to_write_down(case: str, tmp_path: Path) -> None:
    expected = json.loads((HERE / case / "expected.json").read_text())
    try:
        found = understood(HERE / case, tmp_path)
    except SettingsRefused as fault:
        # What a draft leaves open has to be written before anything can be read.
        assert expected["leaves_open"] in fault.found
        return
    assert "leaves_open" not in expected
    told = " ".join(f"{one['what']} {one['advice']}" for one in found["breaches"])
    if "refuses" in expected:
        assert found["refused"]
        assert expected["refuses"] in told
        return
    assert not found["refused"], told
    assert expected.get("says", "") in told
    summary = found["summary"]["purchases"]
    first, last = (
        datetime.fromtimestamp(summary[name], UTC).strftime("%Y-%m-%d")
        for name in ("first", "last")
    )
    assert (first, last) == (expected["first_day"], expected["last_day"])
    for name in ("rows", "customers", "orders", "cents", "pieces", "items"):
        assert summary[name] == expected[name], name
    if "first_seconds" in expected:
        assert summary["first"] == expected["first_seconds"]
    assert sum(one["refused"] for one in summary["records"]) == expected.get("refused", 0)
