"""Ways to make lists beside one another: every one is named, and every point is where it belongs."""

from __future__ import annotations

import pytest

from tests.training.plots.drawn import Drawn
from training.plots import lists
from training.plots.lists import ListedWay, coverage_plot

SHIPS = ListedWay("what ships", 0.4, 0.20, 0.18, 0.22, True)
POPULAR = ListedWay("popularity by the number of orders", 0.1, 0.05, 0.04, 0.06, False)


def test_points_have_the_place_of_their_way_by_what_it_finds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = Drawn(monkeypatch, lists)
    assert coverage_plot([POPULAR, SHIPS], "a test", "Recall@10").startswith(b"\x89PNG")
    at_points = {one.xy: one.get_text() for one in drawn.axes.texts[:2]}
    assert at_points == {(0.4, 0.20): "1", (0.1, 0.05): "2"}
    assert drawn.words[2:] == ["1", "what ships", "2", "popularity by the number of", "", "orders"]


def test_what_ships_alone_has_the_strong_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = Drawn(monkeypatch, lists)
    coverage_plot([POPULAR, SHIPS], "a test", "Recall@10")
    strong = [one.get_text() for one in drawn.axes.texts if one.get_color() == "#1f4e79"]
    assert strong == ["1", "what ships"]


def test_however_many_names_there_are_none_lies_below_the_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = Drawn(monkeypatch, lists)
    coverage_plot([SHIPS, *[POPULAR] * 30], "a test", "Recall@10")
    assert min(one.xy[1] for one in drawn.axes.texts[31:]) > -0.05


def test_ways_that_show_and_find_nothing_are_drawn_too() -> None:
    nothing = [ListedWay("popularity", 0.0, 0.0, 0.0, 0.0, True)]
    assert coverage_plot(nothing, "a test", "Recall@10").startswith(b"\x89PNG")
