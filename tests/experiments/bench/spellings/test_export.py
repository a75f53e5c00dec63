"""Random exports are the same each time, know what is right, and are read right or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.bench.spellings.__main__ import judged
from experiments.bench.spellings.export import Export, random_export
from experiments.bench.spellings.oracle import readings


def with_style(**wanted: object) -> Export:
    """The first export that is written as asked."""
    for seed in range(10_000):
        export = random_export(seed)
        if all(getattr(export.style, name) == value for name, value in wanted.items()):
            return export
    raise AssertionError(wanted)


def test_a_seed_always_makes_the_same_file() -> None:
    assert random_export(3) == random_export(3)
    assert random_export(3).content != random_export(4).content


@pytest.mark.parametrize(
    "wanted",
    [
        {"country": "it", "returns": "refunded amount", "prices": "unit"},
        {"country": "es", "returns": "flag", "has_status": True},
        {"country": "de", "returns": "type", "encoding": "cp1252", "is_short": False},
    ],
    ids=lambda wanted: str(wanted["returns"]),
)
def test_what_was_given_back_is_read_right_however_a_file_tells_it(
    tmp_path: Path, wanted: dict[str, object]
) -> None:
    export = with_style(**wanted)
    assert readings(export) == 1
    assert judged(export, tmp_path) == ("right", "")


def test_a_file_with_two_readings_is_refused(tmp_path: Path) -> None:
    export = random_export(158)
    assert readings(export) == 2
    verdict, why = judged(export, tmp_path)
    assert verdict == "refused"
    assert "found 2 ways that fit" in why


def test_a_wrong_reading_is_noticed(tmp_path: Path) -> None:
    export = random_export(0)
    wrong = Export(export.content, random_export(1).truth, export.style, export.written)
    verdict, why = judged(wrong, tmp_path)
    assert verdict == "wrong"
    assert "cents" in why
