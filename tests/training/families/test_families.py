"""What is said of a family that is not on the list."""

from __future__ import annotations

import pytest

from features.vocabulary.errors import ModelRefused
from training.families.families import FAMILIES, family_of


def test_every_model_that_can_be_trained_is_found_by_its_name() -> None:
    assert all(family_of(name) is family for name, family in FAMILIES.items())


def test_a_name_nobody_trains_is_refused_with_those_there_are() -> None:
    with pytest.raises(ModelRefused, match="churn, offers, recommendations, segments, value"):
        family_of("weather")
