"""Each question: who is asked about, what came true, and nothing read from beyond its time."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.company.settings.questions import ChurnSettings, OutcomeKind
from features.plan.plan import standard_plan
from features.store.pack import Pack
from features.vectors.vectors import Vectors, build_vectors
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff
from tests.builders import Event, Exposure, Outcome, Term, at, order, pack_of, returned
from training.questions.asking import column_of
from training.questions.buying import Inactivity, PartialChurn, SecondPurchase
from training.questions.contract import ContractChurn
from training.questions.kinds import KINDS, question_from, question_of
from training.questions.labels import was_treated
from training.questions.overdue import Overdue
from training.questions.question import Answers, Question
from training.questions.stated import Stated

CUTOFF = at("2026-03-01")
QUESTIONS: list[Question] = [
    Inactivity(60, 7, 2, 120),
    Overdue(60, 7, 2, 90, regularity=2.0, shape=1.5, scale_days=40.0),
    SecondPurchase(60, 0, 120),
    PartialChurn(30, 0, 50),
    ContractChurn(60, 0, 30),
    Stated(30, 0, "lead won"),
]


def vectors_at(pack: Pack, cutoff: Cutoff = CUTOFF) -> Vectors:
    return build_vectors(pack, standard_plan(pack), [cutoff], threads=1)


def judged(question: Question, pack: Pack, cutoff: Cutoff = CUTOFF) -> Vectors:
    vectors = vectors_at(pack, cutoff)
    return vectors.select(question.eligible(column_of(vectors), vectors.rows))


def asked(question: Question, pack: Pack, cutoff: Cutoff = CUTOFF) -> dict[str, float]:
    """The outcome of each judged customer by name; those it cannot be said of have NaN."""
    vectors = judged(question, pack, cutoff)
    outcomes = question.answers(pack, vectors).outcomes
    names = [pack.customer_ids[int(key)] for key in vectors.customer_keys]
    return dict(zip(names, outcomes.tolist(), strict=True))


def answers_of(question: Question, pack: Pack) -> Answers:
    return question.answers(pack, judged(question, pack))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.kind)
def test_a_question_is_read_back_as_it_was_written(question: Question) -> None:
    assert question_from(question.as_dict()) == question
    assert question.said.startswith("The probability that a customer ")
    assert "Judged are " in question.said and all(question.happened)


def test_every_kind_of_question_can_be_set() -> None:
    outcomes: tuple[OutcomeKind, ...] = get_args(OutcomeKind)
    assert set(outcomes) == set(KINDS)
    for kind in outcomes:
        asked_for = ChurnSettings(outcome=kind, outcome_name="lead won", horizon_days=60)
        assert question_of(asked_for).kind == kind
    assert question_of(ChurnSettings()) == Inactivity(90, 0, 2, 180)


def test_a_second_purchase_is_asked_of_one_time_buyers_alone() -> None:
    pack = pack_of(
        {
            "again": [order("2026-02-01"), order("2026-03-20")],
            "once": [order("2026-02-01")],
            "returns it": [order("2026-02-01"), returned("2026-03-20")],
            "too late": [order("2026-02-01"), order("2026-04-30")],
            "twice already": [order("2026-01-01"), order("2026-02-01")],
            "long ago": [order("2025-10-01")],
        }
    )
    assert asked(SecondPurchase(60, 0, 120), pack) == {
        "again": 1.0,
        "once": 0.0,
        "returns it": 0.0,
        "too late": 0.0,
    }


def spender(*amounts: float, then: float = 0.0) -> list[Event]:
    """One order amid each of the last stretches of 30 days, the latest first, and one after the cutoff."""
    before = [
        order(CUTOFF.seconds - (30 * place + 15) * DAY_SECONDS, spend=amount)
        for place, amount in enumerate(amounts)
        if amount
    ]
    return [*before, *([order("2026-03-10", spend=then)] if then else [])]


def test_partial_churn_is_spending_half_of_what_the_own_past_and_the_season_say() -> None:
    pack = pack_of(
        {
            # Own means of 100 each; all together spend 300 of 400 expected: a season of 0.75.
            "as ever": spender(100, 100, 100, then=150),
            "a little less": spender(100, 100, 100, then=75),
            "just above": spender(90, 110, 100, then=37.6),
            "just below": spender(90, 110, 100, then=37.4),
            "two months only": spender(100, 100, then=5),
            "long silent": spender(0, 0, 0, 100, 100, 100, then=5),
        }
    )
    assert asked(PartialChurn(30, 0, 50), pack) == {
        "as ever": 0.0,
        "a little less": 0.0,
        "just above": 0.0,
        "just below": 1.0,
    }


def test_nothing_is_expected_of_those_whose_returns_ate_up_what_they_bought() -> None:
    gave_back = [*spender(10, 10, 10), returned(CUTOFF.seconds - DAY_SECONDS, spend=30)]
    pack = pack_of({"anna": gave_back, "bert": spender(10, 10, 10, then=10)})
    found = answers_of(PartialChurn(30, 0, 50), pack)
    assert np.isnan(found.outcomes).tolist() == [True, False]
    assert found.notes[0].startswith("1 judged left out")


def term(
    start: str, end: str | None, *, cancelled: str | None = None, reason: str | None = None
) -> Term:
    return Term(start, ends=end, cancelled=cancelled, end_reason=reason)


OLD = ("2025-03-20", "2026-03-20")


def test_a_contract_is_lost_when_no_valid_renewal_begins_within_the_days_of_grace() -> None:
    pack = pack_of(
        {
            "renews": [term(*OLD), term("2026-03-20", "2027-03-20")],
            "last second of grace": [term(*OLD), term("2026-04-18T23:59:59", "2027-03-20")],
            "first second after": [term(*OLD), term("2026-04-19", "2027-03-20")],
            "for good": [term(*OLD), term("2026-03-25", None)],
            "void": [term(*OLD), term("2026-03-25", "2027-03-25", cancelled="2026-03-25")],
            "no longer": [term(*OLD), term("2026-03-01", "2026-03-20")],
            "leaves": [term(*OLD)],
            "notice known": [term(*OLD, cancelled="2026-02-28T23:59:59")],
            "notice later": [term(*OLD, cancelled="2026-03-01")],
            "expires later": [term("2025-06-01", "2026-04-30")],
            "no end": [term("2025-06-01", None)],
            "over": [term("2025-01-01", "2026-01-01")],
        }
    )
    assert asked(ContractChurn(60, 0, 30), pack) == {
        "renews": 0.0,
        "last second of grace": 0.0,
        "first second after": 1.0,
        "for good": 0.0,
        "void": 1.0,
        "no longer": 1.0,
        "leaves": 1.0,
        "notice later": 1.0,
    }
    # What expires in the gap is too late to act on.
    assert asked(ContractChurn(60, 20, 30), pack).keys() == {"expires later"}


def test_an_end_by_a_failed_payment_is_no_choice_and_both_shares_are_said() -> None:
    pack = pack_of(
        {
            "gives up": [term(*OLD, reason="moved away")],
            "card expired": [term(*OLD, reason="Payment failed")],
            "pays and renews": [
                term(*OLD, reason="payment late"),
                term("2026-03-20", "2027-03-20"),
            ],
        }
    )
    question = ContractChurn(60, 0, 30)
    found = asked(question, pack)
    assert np.isnan(found.pop("card expired"))
    assert found == {"gives up": 1.0, "pays and renews": 0.0}
    [note] = answers_of(question, pack).notes
    assert "of 2 contracts that lapsed 50.0% were given up and 50.0%" in note


def test_a_stated_outcome_is_that_of_the_very_customer_cutoff_and_name() -> None:
    lead = Stated(30, 0, "lead won")
    pack = pack_of(
        {
            "won": [Outcome("2026-03-01", name="lead won")],
            "lost": [Outcome("2026-03-01", value=False, name="lead won")],
            "unknown": [Outcome("2026-03-01", value=None, name="lead won")],
            "other name": [Outcome("2026-03-01", name="upgraded")],
            "other day": [Outcome("2026-02-01", name="lead won")],
            "twice": [
                Outcome("2026-03-01", value=False, name="lead won"),
                Outcome("2026-03-01", name="lead won"),
            ],
            # Vectors need something to be made of.
            "a buyer": [order("2026-01-01")],
        }
    )
    found = asked(lead, pack)
    known = {name: outcome for name, outcome in found.items() if not np.isnan(outcome)}
    assert known == {"won": 1.0, "lost": 0.0, "twice": 1.0}
    assert lead.cutoffs(pack) == [at("2026-02-01"), CUTOFF]
    with pytest.raises(ModelRefused, match='Did you mean "lead won"'):
        Stated(30, 0, "lead_won").cutoffs(pack)


def test_single_moments_of_customers_are_no_cutoffs() -> None:
    pack = pack_of({f"c{one}": [Outcome(CUTOFF.seconds + one)] for one in range(61)})
    with pytest.raises(ModelRefused, match="date_trunc"):
        Stated(30, 0, "left").cutoffs(pack)


def test_treated_are_those_an_offer_was_shown_to_within_the_horizon() -> None:
    pack = pack_of(
        {
            "a before": [Exposure("2026-02-28T23:59:59")],
            "b first second": [Exposure("2026-03-01")],
            "c last second": [Exposure("2026-04-06T23:59:59")],
            "d after": [Exposure("2026-04-07")],
            "e control": [Exposure("2026-03-10", arm="control")],
            "f no arm": [Exposure("2026-03-10", arm=None)],
        }
    )
    keys = np.arange(6, dtype=np.int32)
    horizon = Inactivity(30, 7, 2, 60).horizon
    marked = was_treated(pack.streams["exposures"], keys, np.full(6, CUTOFF.seconds), horizon)
    assert marked.tolist() == [False, True, True, False, False, True]


days = st.integers(-400, 150).map(lambda day: CUTOFF.seconds + day * DAY_SECONDS)
lines = st.builds(lambda when, spend: order(when, spend=spend), days, st.integers(1, 90))
terms = st.builds(
    lambda when, long: Term(when, ends=when + long * DAY_SECONDS), days, st.integers(1, 400)
)
stated = st.builds(
    lambda when, value: Outcome(when, value=value, name="lead won"), days, st.booleans()
)
histories = st.lists(st.lists(st.one_of(lines, terms, stated), max_size=8), min_size=2, max_size=5)


@settings(max_examples=40)
@given(histories, st.sampled_from(QUESTIONS), st.sampled_from([0, 1, 40 * DAY_SECONDS]))
def test_what_happens_once_an_outcome_is_settled_changes_neither_judged_nor_outcome(
    world: list[list[Event | Outcome]], question: Question, later: int
) -> None:
    end = CUTOFF.plus_days(question.gap_days + question.horizon_days + question.settling_days)
    first = {f"c{place}": [*events, order("2025-01-01")] for place, events in enumerate(world)}
    # The terms and outcomes that make the plan whole, of somebody apart.
    ghost: list[Event | Outcome] = [
        Term(0, ends=9, cancelled=5),
        Outcome(0, name="lead won"),
        order(0),
    ]
    past = {
        name: [one for one in events if isinstance(one.when, str) or one.when < end.seconds]
        for name, events in first.items()
    }
    after: list[Event | Outcome] = [
        order(end.seconds + later),
        Term(end.seconds + later, ends=end.seconds + later + 9 * DAY_SECONDS),
        Outcome(end.seconds + later, name="lead won"),
    ]
    more = {name: [*events, *after] for name, events in past.items()}
    bare = asked(question, pack_of({**past, "~": ghost}))
    full = asked(question, pack_of({**more, "~": ghost}))
    assert bare.keys() == full.keys()
    np.testing.assert_array_equal(list(bare.values()), list(full.values()))


@settings(max_examples=40)
@given(histories, st.sampled_from(QUESTIONS))
def test_who_is_judged_depends_on_nothing_from_the_cutoff_on(
    world: list[list[Event | Outcome]], question: Question
) -> None:
    if question.kind == "stated":
        return  # the table says about whom it is asked
    ghost: list[Event | Outcome] = [Term(0, ends=9, cancelled=5), order(0)]
    first = {f"c{place}": [*events, order("2025-01-01")] for place, events in enumerate(world)}
    past = {
        name: [one for one in events if isinstance(one.when, str) or one.when < CUTOFF.seconds]
        for name, events in first.items()
    }
    whole, before = pack_of({**first, "~": ghost}), pack_of({**past, "~": ghost})
    assert list(judged(question, whole).customer_keys) == list(
        judged(question, before).customer_keys
    )


def test_words_differ_with_the_gap() -> None:
    assert "from the cutoff on" in Inactivity(60, 0, 2, 120).said
    assert "beginning 7 days after the cutoff" in QUESTIONS[0].said


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.kind)
@pytest.mark.parametrize("streams", ["none", "empty"])
def test_a_question_about_a_table_without_events_is_refused_and_says_which(
    question: Question, streams: str
) -> None:
    plain = pack_of({"anna": []})
    empty = plain.streams["purchases"]
    assert empty.rows == 0
    pack = replace(plain, streams={} if streams == "none" else {question.table: empty})
    with pytest.raises(ModelRefused, match=f"{question.table} to learn from; found none"):
        question.stream(pack)
