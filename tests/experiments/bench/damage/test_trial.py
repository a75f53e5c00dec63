"""Damage changes what it says and nothing else, and records are counted by Python's own reader."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from experiments.bench.damage.kinds import ALL_KINDS, damaged
from experiments.bench.damage.trial import ACCOUNTED, REFUSED, records_in, tried, write_whole
from experiments.bench.spellings.export import random_export
from experiments.bench.spellings.shop import ROWS

EXPORT = random_export(3)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_every_kind_of_damage_leaves_another_file(kind: str) -> None:
    found = damaged(random.Random(1), EXPORT.content, EXPORT.style, kind)
    assert found != EXPORT.content


def test_records_are_those_below_the_names() -> None:
    whole = ROWS + EXPORT.style.has_footer
    assert records_in(EXPORT.content, EXPORT.style) == whole
    twice = damaged(random.Random(1), EXPORT.content, EXPORT.style, "two files in one")
    assert records_in(twice, EXPORT.style) == 2 * whole + 1


def test_a_file_cut_in_half_is_accounted_for_beside_a_whole_one(tmp_path: Path) -> None:
    write_whole(EXPORT, tmp_path)
    assert tried(3, EXPORT, "half a download", tmp_path) in (ACCOUNTED, REFUSED)
