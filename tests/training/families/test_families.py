"""The list of families, and what is said of a name that is not on it."""

from __future__ import annotations

import pytest

from features.vocabulary.errors import ModelRefused
from training.families.families import GATES, gate_of

MODELS = ("churn", "value", "segments", "recommendations", "offers")


def test_every_model_that_can_be_trained_has_a_gate() -> None:
    assert set(GATES) == set(MODELS)
    assert all(gate_of(name) is GATES[name] for name in MODELS)


def test_a_name_nobody_trains_is_refused_with_those_there_are() -> None:
    with pytest.raises(ModelRefused, match="churn, offers, recommendations, segments, value"):
        gate_of("weather")
