"""`regulars train`: one verb over the families of models."""

from __future__ import annotations

from regulars.families import OUTCOMES
from regulars.options import MODELS
from training.families.families import FAMILIES


def test_what_can_be_named_is_what_can_be_trained() -> None:
    assert tuple(FAMILIES) == MODELS


def test_of_whatever_can_be_trained_something_is_told() -> None:
    assert tuple(OUTCOMES) == MODELS
