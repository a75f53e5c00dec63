"""`regulars train`: one verb over the families of models."""

from __future__ import annotations

import pytest

from regulars.families import OUTCOMES
from regulars.options import MODELS
from regulars.training_tables import _spent
from training.families.families import FAMILIES
from training.families.segments.now.profile import SegmentProfile


def test_what_can_be_named_is_what_can_be_trained() -> None:
    assert tuple(FAMILIES) == MODELS


def test_of_whatever_can_be_trained_something_is_told() -> None:
    assert tuple(OUTCOMES) == MODELS


@pytest.mark.parametrize(
    ("cents", "share", "said"),
    [(123_456, 0.25, ["1,235 (25%)"]), (0, 0.0, ["0 (0%)"]), (None, None, [])],
)
def test_what_a_segment_spent_is_told_where_anybody_knows(
    cents: int | None, share: float | None, said: list[str]
) -> None:
    assert _spent(SegmentProfile(1, "regulars", 40, 0.5, cents, share, ())) == said
