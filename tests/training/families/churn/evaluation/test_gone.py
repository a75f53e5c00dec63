"""Who is probably gone: the rule is learned from past tests, and says how often it was wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.lifecycle.stages import LifecycleSettings, LifecycleStatus, lifecycle
from features.vectors.refresh import end_of_data
from features.vectors.vectors import Vectors
from features.vocabulary.time import DAY_SECONDS
from training.families.churn.evaluation.gone import (
    FEWEST_CUSTOMERS,
    FEWEST_DAYS,
    MOST_BOUGHT_AGAIN,
    probably_gone,
)
from training.families.churn.evaluation.tables import gone_sentences
from training.families.churn.learning import Learned
from training.families.churn.timing.probably_gone import FOLLOWED_DAYS, ProbablyGone
from training.ladder.tested import Tested as Answered

HORIZON_DAYS = 60


@pytest.fixture(scope="module")
def learned(learned_churn: Learned) -> Learned:
    return learned_churn


def answers_of(learned: Learned) -> tuple[list[Answered], list[Vectors]]:
    answers = list(learned.ladder.of(learned.ladder.winner.name))
    return answers, [one.test_rows(learned.dataset).vectors for one in learned.splits.tests]


def found_of(
    learned: Learned, answers: list[Answered], vectors: list[Vectors]
) -> ProbablyGone | None:
    return probably_gone(
        answers,
        vectors,
        learned.pack.attributes,
        learned.pack.streams["purchases"],
        end_seconds=end_of_data(learned.pack).seconds,
        horizon_days=HORIZON_DAYS,
    )


def late_ones(learned: Learned) -> list[tuple[float, bool, float]]:
    """Risk, whether they bought again in a year or by the end, and how long they were followed: by loops alone."""
    answers, vectors = answers_of(learned)
    purchases, end = learned.pack.streams["purchases"], end_of_data(learned.pack).seconds
    earliest: dict[int, tuple[int, float]] = {}
    for answer, seen in zip(answers, vectors, strict=True):
        rules = LifecycleSettings(horizon_days=HORIZON_DAYS)
        statuses = lifecycle(seen, learned.pack.attributes, rules).status
        for place, key in enumerate(seen.customer_keys.tolist()):
            followed_days = (end - int(seen.cutoff_seconds[place])) / DAY_SECONDS
            if followed_days >= FEWEST_DAYS and statuses[place] in (
                LifecycleStatus.AT_RISK,
                LifecycleStatus.LAPSED,
            ):
                told = int(seen.cutoff_seconds[place]), float(answer.probability[place])
                earliest[key] = min(earliest.get(key, told), told)
    found = []
    for key, (cutoff, risk) in earliest.items():
        until = min(end, cutoff + FOLLOWED_DAYS * DAY_SECONDS)
        rows = range(int(purchases.offsets[key]), int(purchases.offsets[key + 1]))
        came = any(
            cutoff <= purchases.seconds[row] < until
            and purchases.columns["quantity_milli"][row] > 0
            for row in rows
        )
        found.append((risk, came, (until - cutoff) / DAY_SECONDS))
    return sorted(found, reverse=True)


def test_the_rule_is_the_lowest_risk_from_which_on_few_late_customers_came_back(
    learned: Learned,
) -> None:
    rule = found_of(learned, *answers_of(learned))
    late = late_ones(learned)
    allowed = [
        risk
        for risk, _, _ in late
        if len(group := [came for other, came, _ in late if other >= risk]) >= FEWEST_CUSTOMERS
        and sum(group) <= MOST_BOUGHT_AGAIN * len(group)
    ]
    if rule is None:
        assert not allowed
        return
    assert rule.risk_from == min(allowed)
    called = [one for one in late if one[0] >= rule.risk_from]
    assert rule.customers == len(called)
    assert rule.bought_again == sum(came for _, came, _ in called)
    assert rule.low < rule.bought_again / rule.customers < rule.high
    assert rule.shortest_days == int(min(days for _, _, days in called))


def sure_of_itself(answers: list[Answered], learned: Learned) -> list[Answered]:
    """Answers that know what came: 1 of whoever was silent, 0 of whoever bought."""
    return [replace(one, probability=one.outcomes.astype(np.float64)) for one in answers]


def test_of_those_called_gone_no_more_than_a_fifth_may_have_come_back(learned: Learned) -> None:
    answers, vectors = answers_of(learned)
    rule = found_of(learned, sure_of_itself(answers, learned), vectors)
    assert rule is None or rule.bought_again <= MOST_BOUGHT_AGAIN * rule.customers


def test_where_everybody_is_given_the_same_risk_all_late_ones_are_called_so_or_none(
    learned: Learned,
) -> None:
    answers, vectors = answers_of(learned)
    same = [replace(one, probability=np.full(len(one.probability), 0.5)) for one in answers]
    rule = found_of(learned, same, vectors)
    assert rule is None or rule.customers == len(late_ones(learned))


def test_only_who_is_late_is_called_gone_and_only_from_that_risk_on() -> None:
    rule = ProbablyGone(0.8, 60, 6, 0.05, 0.2, 90, 365)
    statuses = np.array([*LifecycleStatus, *LifecycleStatus], np.int8)
    half = len(LifecycleStatus)
    risk = np.array([0.8] * half + [0.7999] * half)
    told = rule.status_of(statuses, risk)
    gone = LifecycleStatus.PROBABLY_GONE
    late = {LifecycleStatus.AT_RISK, LifecycleStatus.LAPSED, gone}
    assert [told[one] == gone for one in LifecycleStatus] == [
        one in late for one in LifecycleStatus
    ]
    assert (told[half:] == statuses[half:]).all()


def test_the_card_says_how_many_came_back_and_how_long_they_were_followed() -> None:
    (said,) = gone_sentences(ProbablyGone(0.82, 120, 12, 0.058, 0.167, 92, 365).as_dict())
    assert "from a risk of 82% on: of 120 at past tests 10% [6%, 17%] bought again" in said
    assert "92 to 365 days" in said
    assert gone_sentences(None) == []
