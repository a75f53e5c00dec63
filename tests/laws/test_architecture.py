"""The page on the house says what is there: its picture is drawn from the code, its rooms exist."""

from __future__ import annotations

import re

from experiments.bench.house.picture import FILE, FLOORS, drawn
from experiments.bench.house.structure import ROOT, House

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_the_picture_is_drawn_from_the_imports_as_they_are() -> None:
    assert FILE.read_text(encoding="utf-8") == drawn(House(tuple(reversed(FLOORS))))


def test_every_room_the_page_names_is_there() -> None:
    named = re.findall(
        r"`((?:features|training|serving|regulars|experiments|tests)/[\w./]*)`", PAGE
    )
    assert len(named) > 20
    assert [place for place in named if not (ROOT / place).exists()] == []


def test_the_page_has_a_word_on_every_room() -> None:
    for floor in ("features", "training", "serving"):
        folders = {path.parent.name for path in (ROOT / floor).glob("*/__init__.py")}
        assert {name for name in folders if f"{floor}/{name}/" not in PAGE} == set()
