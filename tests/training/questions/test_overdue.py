"""Overdue by their own rhythm: weekly and yearly buyers side by side, and ten lines of pandas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betaprime

from features.company.settings.questions import ChurnSettings
from features.plan.plan import standard_plan
from features.store.pack import Pack
from features.vectors.vectors import Vectors, build_vectors
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff
from tests.builders import at, order, pack_of, returned
from training.families.churn.learning import learn_churn
from training.families.churn.rungs import RHYTHM
from training.questions.asking import ask, column_of
from training.questions.buying import Inactivity
from training.questions.kinds import question_of
from training.questions.labelled import labelled
from training.questions.overdue import Overdue

CUTOFF = at("2026-03-01")
OWN = Overdue(90, 0, 2, 95, regularity=4.0, shape=0.5, scale_days=10.0)
Days = Mapping[str, Sequence[int]]


def pack_at(days: Days) -> Pack:
    """Orders so many days after the cutoff, negative before it."""
    return pack_of(
        {
            name: [order(CUTOFF.seconds + day * DAY_SECONDS) for day in sorted(all_days)]
            for name, all_days in days.items()
        }
    )


def vectors_of(pack: Pack, cutoff: Cutoff = CUTOFF) -> Vectors:
    return build_vectors(pack, standard_plan(pack), [cutoff], threads=1)


def outcomes(question: Overdue, pack: Pack) -> dict[str, float]:
    vectors = vectors_of(pack)
    judged = vectors.select(question.eligible(column_of(vectors), vectors.rows))
    names = [pack.customer_ids[int(key)] for key in judged.customer_keys]
    return dict(zip(names, question.answers(pack, judged).outcomes.tolist(), strict=True))


def allowances(question: Overdue, pack: Pack) -> dict[str, float]:
    vectors = vectors_of(pack)
    days = question.allowed_days(column_of(vectors))
    names = [pack.customer_ids[int(key)] for key in vectors.customer_keys]
    return dict(zip(names, days.tolist(), strict=True))


def by_pandas(question: Overdue, days: Days) -> tuple[dict[str, float], dict[str, float]]:
    """Allowance of everybody who ordered before the cutoff, and the outcome of those judged."""
    lines = pd.DataFrame([(name, day) for name, all_days in days.items() for day in all_days], columns=["who", "day"])  # fmt: skip
    before = lines[lines.day < 0].groupby("who").day
    seen = before.agg(["min", "max", "nunique", "size"]).astype(float)
    shape = question.shape + question.regularity * (seen["nunique"] - 1)
    span = question.scale_days + seen["max"] - seen["min"]
    seen["allowed"] = np.ceil(betaprime.ppf(question.overdue_percent / 100, question.regularity, shape, scale=span))  # fmt: skip
    due = seen["max"] + seen.allowed
    judged = seen[(seen["size"] >= question.minimum_orders) & (due > question.gap_days) & (due <= question.gap_days + question.horizon_days)]  # fmt: skip
    following = lines[lines.day >= 0].groupby("who").day.min().reindex(judged.index)
    came = (~(following < due[judged.index])).astype(float)
    allowed = {str(name): float(days) for name, days in seen.allowed.items()}
    return allowed, {str(name): float(one) for name, one in came.items()}


every = st.lists(st.integers(-900, 200), min_size=1, max_size=9)
companies = st.dictionaries(st.sampled_from("abcdefgh"), every, min_size=1)


@settings(max_examples=20, deadline=None)
@given(companies, st.sampled_from([0, 10]), st.sampled_from([50, 95]))
def test_allowances_and_outcomes_are_those_of_ten_lines_of_pandas(
    days: Days, gap: int, percent: int
) -> None:
    question = Overdue(90, gap, 2, percent, regularity=2.5, shape=0.7, scale_days=20.0)
    # Whoever buys nearly every day has one gap more or less by the span they fill.
    days = {name: sorted({2 * (day // 2) for day in all_days}) for name, all_days in days.items()}
    if not any(day < 0 for all_days in days.values() for day in all_days):
        return
    allowed, came = by_pandas(question, days)
    pack = pack_at(days)
    assert allowances(question, pack) == pytest.approx(allowed, abs=0)
    assert outcomes(question, pack) == came


@settings(max_examples=10, deadline=None)
@given(companies, st.lists(st.integers(0, 300), min_size=1, max_size=5))
def test_what_happens_from_the_cutoff_on_changes_neither_rhythm_nor_allowance(
    days: Days, later: Sequence[int]
) -> None:
    before = {
        name: [*(one for one in all_days if one < 0), -600, -200] for name, all_days in days.items()
    }
    after = {name: [*all_days, *later] for name, all_days in before.items()}
    rhythms, found = [], []
    for one in (before, after):
        pack = pack_at(one)
        question = OWN.as_set.learned(column_of(vectors_of(pack)))
        rhythms.append(question)
        found.append(allowances(question, pack))
    assert rhythms[0] == rhythms[1] and rhythms[0].regularity > 0
    assert found[0] == found[1]


def test_the_allowance_begins_with_the_last_order_and_ends_before_the_day_it_is_over() -> None:
    weekly = [-7 * week - 3 for week in range(10)]
    allowed = int(allowances(OWN, pack_at({"anna": weekly}))["anna"])
    due = -3 + allowed
    pack = pack_at(
        {
            "in time": [*weekly, due - 1],
            "on the day it is over": [*weekly, due],
            "never": weekly,
            "at the cutoff": [*weekly, 0],
        }
    )
    assert outcomes(OWN, pack) == {
        "in time": 0.0,
        "on the day it is over": 1.0,
        "never": 1.0,
        "at the cutoff": 0.0,
    }


@pytest.mark.parametrize("gap", [0, 5])
def test_judged_is_whose_allowance_ends_in_the_horizon(gap: int) -> None:
    """The first day after the gap is the earliest, the last day of the horizon the latest."""
    weekly = [-7 * week for week in range(10)]
    allowed = int(allowances(OWN, pack_at({"anna": [day - 1 for day in weekly]}))["anna"])

    def due_on(day: int) -> list[int]:
        return [one + day - allowed for one in weekly]

    question = Overdue(6, gap, 2, 95, OWN.regularity, OWN.shape, OWN.scale_days)
    pack = pack_at({str(day): due_on(gap + day) for day in (-1, 0, 1, 6, 7)})
    assert outcomes(question, pack).keys() == {"1", "6"}


def test_a_return_is_no_order_and_one_order_shows_no_rhythm() -> None:
    weekly = [order(CUTOFF.seconds - (7 * week + 3) * DAY_SECONDS) for week in range(10)]
    pack = pack_of(
        {
            "sends back": [*reversed(weekly), returned(CUTOFF.seconds + DAY_SECONDS)],
            "once": [order(CUTOFF.seconds - 3 * DAY_SECONDS)],
        }
    )
    assert outcomes(OWN, pack) == {"sends back": 1.0}


def weekly_and_yearly(customers: int, seed: int = 7) -> dict[str, list[int]]:
    """Six years of a shop whose customers buy every week or every year; none of them leaves."""
    random = np.random.default_rng(seed)
    found = {}
    for key in range(customers):
        pace = 7 if key % 2 else 365
        gaps = random.gamma(12.0, pace / 12.0, int(2600 / pace) + 8)
        days = np.cumsum(np.maximum(np.rint(gaps), 1)) - 2000 - int(random.integers(0, pace))
        first = -150 if key % 2 else -2000
        name = f"{'weekly' if key % 2 else 'yearly'} {key:04d}"
        # Of a weekly buyer the last weeks say all.
        found[name] = [int(day) for day in days if first < day < 400]
    return found


def test_a_fixed_horizon_loses_every_yearly_buyer_and_their_own_rhythm_does_not() -> None:
    pack = pack_at(weekly_and_yearly(80))
    vectors = vectors_of(pack)
    is_yearly = np.array([pack.customer_ids[int(key)].startswith("yearly") for key in vectors.customer_keys])  # fmt: skip
    shares = {}
    own = question_of(ChurnSettings(outcome="overdue", horizon_days=365))
    for question in (Inactivity(90, 0, 2, 700), own):
        asked = ask(question, pack, vectors)
        yearly = is_yearly[asked.rows]
        assert yearly.sum() >= 10 and (~yearly).sum() >= 30
        shares[question.kind] = asked.outcomes[yearly].mean(), asked.outcomes[~yearly].mean()
    # Nobody has left: the horizon of 90 days says that seven of ten yearly buyers have.
    assert shares["inactivity"][0] > 0.6 and shares["inactivity"][1] == 0.0
    assert shares["overdue"][0] < 0.35 and shares["overdue"][1] < 0.15
    [note] = asked.notes
    assert "were overdue already" in note and "not due until later" in note


def leaving(customers: int, seed: int = 11) -> dict[str, list[int]]:
    """Buyers of every pace between ten and sixty days over a year and a half, each of whom may stop some day."""
    random = np.random.default_rng(seed)
    found = {}
    for key in range(customers):
        pace = float(np.exp(random.uniform(np.log(10), np.log(60))))
        gaps = np.maximum(np.rint(random.gamma(4.0, pace / 4.0, int(900 / pace) + 2)), 1)
        days = np.cumsum(gaps) - int(random.integers(150, 560))
        stops = days[0] + random.exponential(300.0)
        found[f"c{key:04d}"] = [int(day) for day in days if day < min(0, stops)]
    return found


@pytest.fixture(scope="module")
def company() -> Pack:
    return pack_at(leaving(400))


def test_a_training_asks_it_with_the_rhythm_of_the_latest_cutoff(company: Pack) -> None:
    asked_for = ChurnSettings(outcome="overdue", overdue_percent=80, horizon_days=60, origins=3)
    learned = learn_churn(company, standard_plan(company), asked_for)
    question = learned.manifest.task.question
    assert isinstance(question, Overdue) and question.as_set == question_of(asked_for)
    latest = learned.dataset.vectors.cutoff_seconds.max()
    everybody = vectors_of(company, Cutoff(int(latest)))
    assert question == question.as_set.learned(column_of(everybody))
    assert any("overdue already" in note for note in learned.manifest.notes)
    assert any(row.name == RHYTHM for row in learned.ladder.rows)
    assert "95" not in question.said and "longer than 80 % of gaps like theirs" in question.said


def test_the_order_of_customers_changes_no_outcome() -> None:
    """Named anew, customers stand in another order; what came of them stays."""
    asked_for = ChurnSettings(outcome="overdue", horizon_days=60, origins=3)
    found = []
    for turn in (1, -1):
        pack = pack_at({name[::turn]: all_days for name, all_days in leaving(60).items()})
        vectors = vectors_of(pack, CUTOFF.plus_days(-90))
        asked = ask(question_of(asked_for), pack, vectors)
        keys = vectors.customer_keys[asked.rows]
        names = [pack.customer_ids[int(key)][::turn] for key in keys]
        found.append((asked.question, dict(zip(names, asked.outcomes.tolist(), strict=True))))
    assert found[0] == found[1]


def test_too_few_are_refused_in_the_words_of_the_question(company: Pack) -> None:
    asked_for = ChurnSettings(outcome="overdue", overdue_percent=99, horizon_days=10, origins=3)
    with pytest.raises(ModelRefused, match="became overdue"):
        labelled(company, standard_plan(company), question_of(asked_for), asked_for)
