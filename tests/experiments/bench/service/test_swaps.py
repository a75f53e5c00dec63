"""The bench of promotions: it knows a mixed answer when it sees one, and sees none in the real service."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.bench.service.ground import another_model, laid
from experiments.bench.service.steady import Answered, Stretch
from experiments.bench.service.swaps import mixed, swapped

TRUTH = {"one": {"anna": 0.6}, "two": {"anna": 0.3}}


def answered(digest: str, probability: float, *points: float, status: int = 200) -> Answered:
    """An answer about the first customer whose base is one half; the last points are those of all others."""
    row = {
        "probability": probability,
        "reasons": [{"points": one} for one in points[:-1]],
        "other_points": points[-1],
    }
    body = {"model": {"digest": digest}, "base": 0.5, "rows": [row]}
    return Answered(0, 0.0, 0.002, status, json.dumps(body).encode())


def test_answers_that_are_all_of_the_model_they_name_are_not_mixed() -> None:
    whole = [answered("one", 0.6, 7.0, 3.0), answered("two", 0.3, -20.0)]
    assert mixed(whole, ["anna"], TRUTH) == 0


@pytest.mark.parametrize(
    "other",
    [
        answered("two", 0.6, 7.0, 3.0),
        answered("one", 0.3, -20.0),
        answered("one", 0.6, -20.0),
        answered("three", 0.6, 7.0, 3.0),
    ],
)
def test_a_score_or_reasons_of_another_model_than_the_one_named_are_mixed(other: Answered) -> None:
    assert mixed([other], ["anna"], TRUTH) == 1


def test_calls_that_were_refused_or_not_answered_are_counted_as_failed() -> None:
    refused = answered("one", 0.6, 10.0, status=503)
    assert Stretch([answered("one", 0.6, 10.0), refused], failed=2).refused == 3


@pytest.mark.slow
def test_promotions_under_load_cost_no_call_and_mix_no_answer(tmp_path: Path) -> None:
    ground = laid(tmp_path / "company", 600)
    other = another_model(ground, "2")
    found = swapped(ground, other, swaps=4, stretches=1, pause_seconds=5.0, port=3112)
    assert (found.refused, found.mixed) == (0, 0)
    assert set(found.answers) == {"1", "2"}
