"""Where the gate keeps out a number of segments, the best other number is taken."""

from __future__ import annotations

import pytest

from features.vocabulary.errors import ModelRefused
from tests.training.families.segments.test_segments import blobs, following
from training.families.segments.choice import choose


def test_a_number_of_segments_that_the_gate_keeps_out_is_not_taken_again() -> None:
    points, told = blobs(5), following(300)
    assert choose(points, told).chosen.segments == 5
    found = choose(points, told, passed_over={5})
    assert found.chosen.segments != 5 and len(found.tried) == 5
    with pytest.raises(ModelRefused):
        choose(points, told, passed_over={5, 6, 7, 8, 9})
