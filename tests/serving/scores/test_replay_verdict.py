"""Whether an answer came out again: the same status, and a chance that differs by a billionth at most."""

from __future__ import annotations

import pytest

from serving.ledger.decisions import Decision
from serving.scores.replay import Replay, ReplayedAnswer, _of_the_vector


def decided(status: str = "ok", probability: float | None = 0.0, vector: str = "v") -> Decision:
    return Decision("d", "anna", status, probability, "7", "m", 5, 6, "data", vector)


def again(status: str = "ok", probability: float | None = 0.0, vector: str = "v") -> ReplayedAnswer:
    return ReplayedAnswer(status, probability, vector)


@pytest.mark.parametrize(
    ("then", "now", "is_same"),
    [
        (0.0, 1e-9, True), (1e-9, 0.0, True), (0.0, 0.0, True),
        (0.0, 1.001e-9, False), (1.001e-9, 0.0, False), (0.5, 0.4, False), (0.4, 0.5, False),
        (None, None, True), (0.5, None, False), (None, 0.5, True),
    ],
)  # fmt: skip
def test_a_chance_is_the_same_within_a_billionth(
    then: float | None, now: float | None, is_same: bool
) -> None:
    found = Replay(decided(probability=then), again(probability=now), ())
    assert found.is_reproduced is is_same
    is_whole = then is not None and now is not None
    assert found.difference == (now - then if then is not None and now is not None else None)
    assert (found.difference is not None) is is_whole


def test_another_status_is_another_answer_and_so_is_none() -> None:
    other = Replay(decided(), again(status="no_consent"), ())
    gone = Replay(decided(), None, ("The customer is gone",))
    assert not other.is_reproduced and not gone.is_reproduced and gone.difference is None
    assert gone.said == "Not reproduced: 0.0000 was answered. The customer is gone"
    refused = Replay(decided("no_consent", None), again("no_consent", None), ())
    assert refused.is_reproduced and refused.said == "Reproduced: no_consent"


def test_the_outcome_is_said_with_four_decimals() -> None:
    same = Replay(decided(probability=0.25), again(probability=0.25), ("The data have changed",))
    assert same.said == "Reproduced: 0.2500, difference 0. The data have changed"
    moved = Replay(decided(probability=0.25), again(probability=0.75), ())
    assert moved.difference == 0.5
    assert moved.said == "Not reproduced: 0.2500 was answered, 0.7500 comes out now"
    unjudged = Replay(decided(), again("not_eligible", None), ())
    assert unjudged.said == "Not reproduced: 0.0000 was answered, not_eligible comes out now"


@pytest.mark.parametrize(
    ("decision", "answer", "begins"),
    [
        (decided(probability=0.2), again(probability=0.2), ""),
        (decided(probability=0.2), again(probability=0.3), "The customer's behaviour is as it was"),
        (decided(probability=0.2), again(probability=0.2, vector="w"), "This customer's behaviour"),
        (decided(probability=0.2, vector=""), again(probability=0.2), "The ledger keeps no digest"),
        (decided(probability=None, vector=""), again(probability=None), ""),
        (decided(probability=None), again(probability=0.3), ""),
        (decided(probability=0.2), again(probability=None), ""),
    ],
)
def test_it_is_said_whether_the_behaviour_is_known_as_it_was(
    decision: Decision, answer: ReplayedAnswer, begins: str
) -> None:
    found = _of_the_vector(decision, answer)
    assert len(found) == (1 if begins else 0) and "".join(found).startswith(begins)
