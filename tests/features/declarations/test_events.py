from __future__ import annotations

import pytest

from features.declarations.events import Condition
from features.vocabulary.errors import PlanRefused


def test_a_condition_that_cannot_be_compared_is_refused() -> None:
    with pytest.raises(PlanRefused, match="a comparison out of"):
        Condition("amount_cents", "~", 3)  # type: ignore[arg-type]
    with pytest.raises(PlanRefused, match="compared by = or != alone"):
        Condition("channel", ">", "web")
