"""The grade says no more than was measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.training.answers import answered, ladder_of
from tests.training.companies import told_level
from tests.training.families.churn.evaluation.test_campaign import HALF, LEFT, RIGHT, worth
from training.families.churn.evaluation.campaign import Campaign
from training.families.churn.evaluation.grade import Grade, Word, grade, is_calibrated
from training.ladder.ladder import LadderRow
from training.measures.estimates import Estimate, money
from training.measures.levels import HeldLevel
from training.measures.pooled import PooledLevel
from training.questions.buying import Inactivity
from training.questions.question import Question
from training.questions.stated import Stated

CHURN = Inactivity(90, 0, 2, 180)
ROW = replace(
    ladder_of(
        "model", answered("recency rule", LEFT, HALF), answered("model", LEFT, RIGHT)
    ).winning_row,
    figures={"ece": 0.02, "ece_by_chance": 0.03, "observed_over_expected": 1.02},
)


def graded(
    campaign: Campaign | None = None, row: LadderRow = ROW, question: Question = CHURN
) -> Grade:
    return grade(campaign or worth(), row, question, currency="EUR")


@pytest.mark.parametrize(
    ("gain", "low", "high", "word"),
    [
        (0.08, 0.05, 0.11, Word.VERY_GOOD),
        (0.03, 0.01, 0.05, Word.GOOD),
        (0.004, 0.001, 0.007, Word.SLIGHT),
        (0.03, -0.01, 0.07, Word.NO_GAIN),
        (-0.02, -0.03, -0.01, Word.NO_GAIN),
    ],
)
def test_the_word_follows_the_gain_over_the_best_rule_and_its_interval(
    gain: float, low: float, high: float, word: Word
) -> None:
    found = graded(row=replace(ROW, gain=gain, gain_low=low, gain_high=high))
    assert found.word is word
    assert found.text.startswith(f"{word.value}: of the 2 riskiest customers about 2 left (1 by")


def test_the_word_is_that_of_the_reserved_test_where_there_is_one() -> None:
    """By all tests together it would be good."""
    told = {"test": "2022-12-31", "gain": 0.02, "gain_low": -0.001, "gain_high": 0.04}
    found = graded(row=replace(ROW, gain=0.03, gain_low=0.01, gain_high=0.05, at_reserved=told))
    assert found.word is Word.NO_GAIN
    assert "(+0.020 [-0.001, +0.040] in AUC at 2022-12-31)" in found.text
    # Whether the gate looked at it afterwards the note on the choice says, and nothing else.
    assert "chose" not in found.text
    large = told | {"gain": 0.06, "gain_low": 0.03, "gain_high": 0.09}
    assert graded(row=replace(ROW, at_reserved=large)).word is Word.VERY_GOOD


def test_a_rule_that_ships_is_called_a_rule() -> None:
    text = graded(row=replace(ROW, name="recency rule")).text
    assert text.startswith("No gain")
    assert "It is the recency rule itself" in text


def test_money_is_told_with_its_interval_and_beside_the_rule_and_no_ranking() -> None:
    priced = replace(worth(), profit_cents=Estimate(410_000, -90_000, 900_000), chance_cents=-5_000)
    text = graded(priced).text
    assert "worth 4,100 EUR (−900 … 9,000)" in text
    assert "0 EUR by the recency rule and −50 EUR without any ranking" in text


def test_where_nobody_knows_what_a_customer_is_worth_no_money_is_told() -> None:
    assert "EUR" not in graded(replace(worth(), kept_value_is_known=False)).text


def test_a_gain_in_rank_that_makes_no_money_is_said_to_make_none() -> None:
    text = graded(replace(worth(), gain_cents=Estimate(10.0, -5.0, 20.0))).text
    assert "makes no more money than that of the recency rule beyond chance" in text


def test_what_is_good_to_come_true_is_not_called_a_risk() -> None:
    text = graded(question=Stated(30, 0, "won")).text
    assert 'of the 2 likeliest customers about 2 had "won"' in text and "risk" not in text


def test_probabilities_that_are_off_are_not_to_be_reckoned_with() -> None:
    off = {"ece": 0.12, "ece_by_chance": 0.03, "observed_over_expected": 1.4}
    found = graded(row=replace(ROW, figures=off))
    assert not found.is_calibrated and "do not reckon with them" in found.text


def rung_with(*levels: dict[str, float]) -> LadderRow:
    """The row of a rung whose levels were these at the ends of so many years; together they are right."""
    told = {f"{2020 + year}-12-31": one for year, one in enumerate(levels)}
    return replace(ROW, by_cutoff=told)


def test_the_latest_test_decides_whether_percentages_hold() -> None:
    """Together the tests are calibrated, and a model was said to be so whose latest test was not."""
    good, bad = told_level(0.05, ece=0.02), told_level(0.3, ece=0.12)
    assert is_calibrated(ROW.figures)
    found = graded(row=rung_with(good, good, bad))
    assert not found.is_calibrated
    assert (
        "At the latest test (2022-12-31) its percentages are off beyond chance (0.77 left for each "
        "one expected to): rank by them, and do not reckon with them."
    ) in found.text
    found = graded(row=rung_with(bad, good, good))
    assert found.is_calibrated
    assert "At the latest test (2022-12-31) its percentages hold: 0.95 left" in found.text
    assert "At 2020-12-31 they did not: 0.77 left for each one expected to." in found.text
    found = graded(row=rung_with(good, good))
    assert found.is_calibrated and "did not" not in found.text
    found = graded(row=rung_with(told_level(-0.4, ece=0.2), bad))
    assert "At 2020-12-31 it was 1.67." in found.text


def test_of_a_small_company_it_is_said_what_its_figures_rest_on() -> None:
    pooled = PooledLevel(HeldLevel("all cutoffs together", 90, 0.0, -0.3, 0.3, 0.04, 0.09, 0.4), 2)
    row = rung_with(told_level(0.3, ece=0.12), told_level(0.4, ece=0.2))
    found = grade(worth(), row, CHURN, currency="EUR", pooled=pooled)
    assert found.is_calibrated
    assert (
        "A small company: pooled over 2 cutoffs and tested on other customers, not on later days."
    ) in found.text
    assert "latest test" not in found.text
    off = replace(pooled, level=replace(pooled.level, ece=0.1))
    assert not grade(worth(), row, CHURN, currency="EUR", pooled=off).is_calibrated


def test_what_chance_alone_gives_with_few_customers_is_not_held_against_a_model() -> None:
    few = {"ece": 0.08, "ece_by_chance": 0.09, "observed_over_expected": 1.15}
    assert is_calibrated(few)
    assert not is_calibrated(few | {"ece_by_chance": 0.04})
    assert not is_calibrated(few | {"observed_over_expected": None})


def test_amounts_are_whole_and_nothing_is_not_negative() -> None:
    assert money(-20.0, "EUR") == "0 EUR"
    assert money(123_456_789.0, "GBP") == "1,234,568 GBP"


@pytest.mark.parametrize(
    ("gain", "low", "word"),
    [
        (0.0099, 0.001, Word.SLIGHT),
        (0.01, 0.001, Word.GOOD),
        (0.0499, 0.001, Word.GOOD),
        (0.05, 0.001, Word.VERY_GOOD),
        (0.05, 0.0, Word.NO_GAIN),
        (0.05, 0.0001, Word.VERY_GOOD),
    ],
)
def test_a_word_begins_at_its_gain_and_needs_an_interval_above_nothing(
    gain: float, low: float, word: Word
) -> None:
    assert graded(row=replace(ROW, gain=gain, gain_low=low)).word is word


@pytest.mark.parametrize(
    ("error", "by_chance", "ratio", "expected"),
    [
        (0.05, 0.0, 1.0, True),
        (0.0501, 0.0, 1.0, False),
        (0.08, 0.08, 1.0, True),
        (0.0801, 0.08, 1.0, False),
        (0.03, 0.02, 0.9, True),
        (0.03, 0.02, 1.1, True),
        (0.03, 0.02, 0.8999, False),
        (0.03, 0.02, 1.1001, False),
        (0.02, 0.02, 1.5, True),
        (0.0201, 0.02, 1.5, False),
        (0.03, None, 1.0, True),
        (0.03, None, 1.2, False),
        (None, 0.02, 1.0, False),
    ],
)
def test_percentages_are_taken_at_their_word_within_both_limits(
    error: float | None, by_chance: float | None, ratio: float, expected: bool
) -> None:
    figures = {"ece": error, "ece_by_chance": by_chance, "observed_over_expected": ratio}
    assert is_calibrated(figures) is expected


def test_a_gain_of_money_that_may_be_nothing_is_said_to_be_none() -> None:
    for low, is_said in ((0.0, True), (0.01, False), (-0.01, True)):
        text = graded(replace(worth(), gain_cents=Estimate(10.0, low, 20.0))).text
        assert ("makes no more money" in text) is is_said
