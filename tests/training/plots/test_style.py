"""One look for all plots."""

from __future__ import annotations

from matplotlib import rcParams

from training.plots.style import STRONG, canvas, colours, png, ships_last


def test_what_ships_has_the_strong_colour_and_nothing_else_has() -> None:
    told = colours(["a", "b", "c", "d", "e", "f", "what ships"])
    assert told.pop("what ships") == STRONG
    assert len(told) == 6 and STRONG not in told.values()


def test_a_rule_that_ships_itself_is_drawn_once_and_last() -> None:
    assert ships_last("recency rule", "BG/NBD", "recency rule") == ["BG/NBD", "recency rule"]


def test_whoever_draws_in_the_same_process_keeps_the_looks_of_their_own() -> None:
    before = dict(rcParams)
    figure, axes = canvas("a title", "across", "up")
    axes.plot([0, 1], [0, 1])
    assert dict(rcParams) == before
    assert not axes.spines["top"].get_visible()
    assert png(figure).startswith(b"\x89PNG")
