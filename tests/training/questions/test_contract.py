"""Contracts that expire: who is asked about, and what renews one, at every edge to the second."""

from __future__ import annotations

import numpy as np
import pytest

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from tests.builders import Term, at, pack_of
from training.questions.contract import ContractChurn
from training.questions.question import Answers

CUTOFF = at("2026-03-01")
QUESTION = ContractChurn(60, 7, 30)


@pytest.mark.parametrize(
    ("until", "notice", "expected"),
    [
        (6.99, 0.0, False),
        (7.0, 0.0, True),
        (66.99, 0.0, True),
        (67.0, 0.0, False),
        (np.nan, 0.0, False),
        (30.0, 1.0, False),
        (30.0, 0.0, True),
        (30.0, None, True),
        (6.99, None, False),
    ],
)
def test_asked_are_those_whose_contract_expires_in_the_horizon_and_who_gave_no_notice(
    until: float, notice: float | None, expected: bool
) -> None:
    def column(name: str) -> Floats | None:
        if name in QUESTION.needs:
            return np.array([until])
        return None if notice is None else np.array([notice])

    assert QUESTION.eligible(column, 1).tolist() == [expected]


def answers(*terms: Term) -> Answers:
    """What came of anna, beside bert who renews."""
    others = [Term("2025-04-01", "2026-03-31"), Term("2026-03-31", "2027-03-31")]
    pack = pack_of({"anna": list(terms), "bert": others})
    keys, cutoffs = np.array([0, 1], np.int32), np.full(2, CUTOFF.seconds)
    vectors = Vectors("plan", (), keys, cutoffs, np.empty((2, 0), np.float32))
    found = QUESTION.answers(pack, vectors)
    assert found.outcomes[1] == 0.0
    return found


FIRST = Term("2025-04-01", "2026-03-31")


@pytest.mark.parametrize(
    ("renewal", "lapsed"),
    [
        (Term("2026-03-31", "2027-03-31"), 0.0),
        (Term("2026-03-15", "2027-03-31"), 0.0),
        # Thirty days of grace end with the 30th of April.
        (Term("2026-04-29T23:59:59", "2027-03-31"), 0.0),
        (Term("2026-04-30", "2027-03-31"), 1.0),
        # It must reach past the expiry, or never end.
        (Term("2026-03-15", "2026-03-31"), 1.0),
        (Term("2026-03-15", "2026-03-31T00:00:01"), 0.0),
        (Term("2026-04-01", None), 0.0),
        # Who cancels before it begins has none.
        (Term("2026-04-01", "2027-03-31", "2026-03-31T23:59:59"), 1.0),
        (Term("2026-04-01", "2027-03-31", "2026-04-01"), 1.0),
        (Term("2026-04-01", "2027-03-31", "2026-04-01T00:00:01"), 0.0),
        # The first second that is counted is one as well.
        (Term("2026-04-01", "2027-03-31", "1970-01-01"), 1.0),
    ],
)
def test_a_valid_term_that_begins_within_the_days_of_grace_renews(
    renewal: Term, lapsed: float
) -> None:
    assert answers(FIRST, renewal).outcomes[0] == lapsed


@pytest.mark.parametrize(
    ("longest", "runs"),
    [
        (Term("2026-02-28T23:59:59", "2026-05-15"), True),
        (Term("2026-03-01", "2026-05-15"), False),
        (Term("2026-02-01", "2026-05-15", known="2026-02-28T23:59:59"), True),
        (Term("2026-02-01", "2026-05-15", known="2026-03-01"), False),
    ],
)
def test_the_term_that_expires_is_the_longest_that_runs_and_is_known(
    longest: Term, runs: bool
) -> None:
    """The first ends in March; where the longest counts nothing follows it, else it renews the first."""
    assert answers(FIRST, longest).outcomes[0] == (1.0 if runs else 0.0)


@pytest.mark.parametrize(("ends", "lapsed"), [("2026-03-01", 1.0), ("2026-03-05", 1.0)])
def test_a_term_that_ends_with_the_cutoff_still_runs(ends: str, lapsed: float) -> None:
    assert answers(Term("2025-04-01", ends)).outcomes[0] == lapsed
    renewed = answers(Term("2025-04-01", ends), Term("2026-03-05", "2027-01-01"))
    assert renewed.outcomes[0] == 0.0


def test_an_end_by_payment_is_left_out_and_one_of_another_term_is_not() -> None:
    failed = Term("2025-04-01", "2026-03-31", end_reason="Payment failed")
    earlier = Term("2024-04-01", "2025-03-31", end_reason="payment failed")
    given_up = Term("2025-04-01", "2026-03-31", end_reason="moved away")
    assert np.isnan(answers(failed).outcomes[0])
    assert answers(failed, Term("2026-04-01", "2027-01-01")).outcomes[0] == 0.0
    found = answers(earlier, given_up)
    assert found.outcomes[0] == 1.0 and "100.0% were given up" in found.notes[0]
