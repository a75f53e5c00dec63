"""`regulars train`: one verb over the families of models."""

from __future__ import annotations

from regulars.families import FAMILIES
from regulars.options import MODELS


def test_what_can_be_named_is_what_can_be_trained() -> None:
    assert tuple(FAMILIES) == MODELS
