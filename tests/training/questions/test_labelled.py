"""Datasets of a question: enough outcomes at every cutoff, or a refusal that says what is missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.company.settings.questions import ChurnSettings, OutcomeKind
from features.plan.plan import plan_of, standard_plan
from features.store.pack import Pack
from features.vectors.vectors import Vectors
from features.vocabulary.errors import ModelRefused, RegularsError
from features.vocabulary.time import DAY_SECONDS
from tests.builders import Event, Exposure, Outcome, Term, at, order, pack_of
from tests.training.companies import DECLARATIONS
from training.datasets.dataset import Dataset
from training.datasets.folds import FoldSplit
from training.datasets.splits import OriginSplit
from training.families.churn.learning import Learned, learn_churn
from training.families.churn.strongest_feature import (
    NO_FEATURE,
    StrongestFeature,
    strongest_feature,
)
from training.questions.gaps import note_on_horizon, proposed_horizon
from training.questions.kinds import question_of
from training.questions.labelled import Labelled, labelled

START = at("2025-01-01").seconds
MONTHS = tuple(
    one
    for one in standard_plan(pack_of({"anna": [order("2025-01-01")]})).declarations
    if one.feature.name == "order_months_active_12x30d"
)
STATED = ChurnSettings(outcome="stated", outcome_name="left", horizon_days=30)


def dataset_of(pack: Pack, settings: ChurnSettings) -> Labelled:
    return labelled(pack, standard_plan(pack), question_of(settings), settings)


def learned_from(pack: Pack, settings: ChurnSettings) -> Learned:
    return learn_churn(pack, standard_plan(pack), settings)


def asked_once(customers: int, *, share: float = 0.4, cutoffs: int = 1) -> Pack:
    """Buyers of one to twelve orders, and a table that says who left: rather those of few orders."""
    generator = np.random.default_rng(5)
    histories: dict[str, list[Event | Outcome]] = {}
    for key in range(customers):
        count = int(generator.integers(1, 13))
        when = START + np.sort(generator.integers(0, 300, count)) * DAY_SECONDS
        leaves = generator.random(cutoffs) < share * (1.5 - count / 12)
        histories[f"c{key:04d}"] = [
            *(order(int(one)) for one in when),
            *(
                Outcome(START + (310 + 30 * place) * DAY_SECONDS, value=bool(one))
                for place, one in enumerate(leaves)
            ),
        ]
    return pack_of(histories)


def subscribers(customers: int = 500) -> Pack:
    """Terms of thirty days that follow one another, until a customer stays away; some give notice."""
    generator = np.random.default_rng(2)
    histories: dict[str, list[Event]] = {}
    for key in range(customers):
        day, terms = int(generator.integers(0, 30)), []
        loyal = generator.random() < 0.5
        while day < 420:
            start = START + day * DAY_SECONDS
            notice = start + 20 * DAY_SECONDS if generator.random() < 0.02 else None
            terms.append(Term(start, ends=start + 30 * DAY_SECONDS, cancelled=notice))
            if notice or generator.random() < (0.03 if loyal else 0.25):
                day += int(generator.integers(90, 200))
            day += 30
        histories[f"c{key:04d}"] = list(terms)
    pack = pack_of(histories)
    return replace(pack, streams={"contracts": pack.streams["contracts"]})


def test_a_table_of_one_cutoff_is_cross_validated_over_its_customers() -> None:
    found = dataset_of(asked_once(300), STATED)
    assert all(isinstance(one, FoldSplit) for one in found.splits.tests)
    assert found.dataset.rows == found.dataset.customers == 300
    assert "no time in this table: cross-validated" in found.splits.said


def test_a_table_of_many_cutoffs_is_tested_in_time() -> None:
    found = dataset_of(asked_once(300, cutoffs=5), STATED)
    assert [one.name for one in found.splits.tests] == ["2026-03-07", "2026-02-05", "2026-01-06"]
    assert found.dataset.rows == 1500


def test_early_cutoffs_of_a_table_with_too_few_outcomes_are_left_out() -> None:
    many = asked_once(300, cutoffs=4)
    histories: dict[str, list[Event | Outcome]] = {
        f"d{key}": [Outcome("2025-06-01", value=key < 5)] for key in range(90)
    }
    for key in range(300):
        histories[f"c{key}"] = [
            Outcome(START + (310 + 30 * place) * DAY_SECONDS, value=(key + place) % 3 == 0)
            for place in range(4)
        ]
    found = dataset_of(pack_of(histories), STATED)
    assert str(found.splits.cutoffs[0]) == "2025-11-07" and len(found.splits.cutoffs) == 4
    assert found.notes[0].startswith("1 early cutoffs up to 2025-06-01 left out")
    assert found.dataset.rows == dataset_of(many, STATED).dataset.rows == 1200


def test_customers_without_an_outcome_are_not_learned_from() -> None:
    histories: dict[str, list[Event | Outcome]] = {f"d{key}": [order(START)] for key in range(50)}
    histories["e"] = [Outcome("2025-11-07", value=None)]
    other = pack_of(
        {
            **histories,
            **{f"c{key:04d}": [Outcome("2025-11-07", value=key % 3 == 0)] for key in range(200)},
        }
    )
    assert dataset_of(other, STATED).dataset.customers == 200


def test_a_model_is_learned_from_stated_outcomes_and_says_how_it_was_tested(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("training.datasets.folds.ROUNDS", 1)
    pack = asked_once(400)
    learned = learn_churn(pack, plan_of(DECLARATIONS, pack), STATED)
    assert learned.manifest.task.question.kind == "stated"
    assert learned.manifest.metrics["auc"] > 0.6
    assert len(learned.ladder.of(learned.manifest.title)) == 5
    names = set(learned.manifest.metrics["auc_by_cutoff"])
    assert names == {f"round 1, fold {number}" for number in range(1, 6)}


def test_subscriptions_alone_carry_a_model_of_contract_churn() -> None:
    settings = ChurnSettings(outcome="contract", horizon_days=30, grace_days=15)
    learned = learned_from(subscribers(), settings)
    question = question_of(settings)
    assert learned.manifest.task.question == question
    # An outcome is known only when grace is over, so cutoffs lie that much further apart.
    shipped = learned.splits.shipped
    assert isinstance(shipped, OriginSplit)
    gaps = np.diff([one.seconds for one in (*shipped.fit, shipped.calibration)])
    assert set(gaps.tolist()) == {45 * DAY_SECONDS}
    assert learned.manifest.metrics["auc"] > 0.55


def test_early_cutoffs_with_too_few_outcomes_are_left_out_and_said() -> None:
    settings = ChurnSettings(horizon_days=30, origins=9)
    found = dataset_of(growing(), settings)
    assert 3 <= len(found.splits.cutoffs) < 9
    [note] = [one for one in found.notes if "early cutoffs" in one]
    assert "fewer than 30 left or stayed there" in note
    assert set(np.unique(found.dataset.vectors.cutoff_seconds)) == {
        one.seconds for one in found.splits.cutoffs
    }


def growing() -> Pack:
    """A shop whose customers come one after another: hardly any in its first half year."""
    generator = np.random.default_rng(4)
    histories: dict[str, list[Event]] = {}
    for key in range(400):
        day = 0.0 if key < 20 else float(generator.uniform(150, 380))
        visits = []
        while day < 420:
            visits.append(order(START + int(day * DAY_SECONDS)))
            day += float(generator.exponential(25)) + 1
        histories[f"c{key:04d}"] = list(visits)
    return pack_of(histories)


def test_who_was_shown_an_offer_is_marked_and_both_rates_are_said() -> None:
    histories: dict[str, list[Event | Outcome]] = {}
    for key in range(200):
        events: list[Event | Outcome] = [order(START), Outcome("2025-11-07", value=key % 2 == 0)]
        if key < 50:
            events.append(Exposure("2025-11-20", arm="control" if key < 10 else "treated"))
        histories[f"c{key:04d}"] = events
    found = dataset_of(pack_of(histories), STATED)
    assert found.dataset.treated is not None and found.dataset.treated.sum() == 40
    [note] = [one for one in found.notes if "shown an offer" in one]
    assert note.startswith("20.0% of the rows") and '50.0% of them had "left", 50.0% of the' in note
    part = found.dataset.select(np.arange(20))
    assert part.treated is not None and part.treated.sum() == 10


def never_again(count: int = 60) -> Pack:
    """Outcomes of which too few came true."""
    return pack_of({f"c{key:03d}": [Outcome("2025-11-07", value=key < 5)] for key in range(count)})


@pytest.mark.parametrize(
    ("pack", "settings", "said"),
    [
        (pack_of({"anna": []}), ChurnSettings(), "purchases to learn from"),
        (pack_of({"anna": []}), replace(ChurnSettings(), outcome="contract"), "contracts"),
        (pack_of({"anna": [order("2025-01-01")]}), ChurnSettings(), "days of history"),
        (pack_of({"anna": [order("2025-01-01")]}), STATED, "outcomes"),
        (never_again(), STATED, "5 who had"),
        (asked_once(1), STATED, "of 1 judged"),
        (asked_once(200, share=0.0), STATED, '0 who had "left" and 200 who did not'),
        (
            pack_of({f"c{key}": [Outcome("2025-11-07", value=None)] for key in range(200)}),
            STATED,
            "none that say yes or no",
        ),
    ],
    ids=[
        "empty",
        "no contracts",
        "one customer",
        "no outcomes",
        "fewer positives than needed",
        "one customer with an outcome",
        "one class",
        "all null",
    ],
)
def test_data_that_cannot_answer_a_question_are_refused(
    pack: Pack, settings: ChurnSettings, said: str
) -> None:
    with pytest.raises(RegularsError, match=said):
        learn_churn(pack, standard_plan(pack), settings)


def test_customers_who_are_all_alike_teach_nothing() -> None:
    pack = pack_of(
        {
            f"c{key:03d}": [order(START), Outcome("2025-11-07", value=key % 2 == 0)]
            for key in range(200)
        }
    )
    with pytest.raises(ModelRefused, match="constant"):
        learn_churn(pack, standard_plan(pack), STATED)


def test_a_question_about_contracts_needs_their_ends() -> None:
    pack = pack_of({"anna": [Term("2025-01-01", ends="2026-01-01")]}, without=["ends_seconds"])
    with pytest.raises(ModelRefused, match="days_until_contract_end"):
        learn_churn(pack, standard_plan(pack), ChurnSettings(outcome="contract"))


def test_the_customers_own_gaps_propose_a_horizon_and_a_far_one_is_said() -> None:
    weekly = pack_of(
        {"anna": [order(START + 7 * week * DAY_SECONDS) for week in range(60)], "bert": []}
    )
    purchases = weekly.streams["purchases"]
    assert proposed_horizon(purchases) == (
        30,
        "Nine of ten gaps between a customer's orders end within 7 days (95 %: 7)",
    )
    assert note_on_horizon(purchases, 45) == ()
    [note] = note_on_horizon(purchases, 60)
    assert note.startswith("the horizon of 60 days is much longer than the 30 days")
    assert proposed_horizon(pack_of({"anna": [order(START)]}).streams["purchases"]) is None


def test_without_orders_the_feature_that_tells_most_is_the_rule_to_beat() -> None:
    settings = ChurnSettings(outcome="contract", horizon_days=30, grace_days=15)
    learned = learned_from(subscribers(), settings)
    [row] = [one for one in learned.ladder.rows if one.name == "one feature"]
    assert (row.figures["auc"] or 0.0) > 0.5 and row.rule == "one feature"
    chosen = row.explained.rpartition(" ")[2]
    assert chosen in learned.manifest.feature_names


def test_the_strongest_feature_may_fall_and_miss_values() -> None:
    values = np.array(
        [[5, 9, 1], [np.nan, 8, 0], [5, 7, 0], [5, 2, 1], [5, np.nan, 1], [5, 1, 0]], np.float32
    )
    keys = np.arange(6, dtype=np.int32)
    vectors = Vectors("p", ("flat", "falling", "rising"), keys, np.zeros(6, np.int64), values)
    dataset = Dataset(vectors, np.array([0, 0, 0, 1, 1, 1], np.float64))
    assert strongest_feature(dataset, vectors.feature_names) == StrongestFeature("falling", -1)
    assert strongest_feature(dataset, ("flat", "rising")) == StrongestFeature("rising", 1)
    assert strongest_feature(dataset, ()) == NO_FEATURE


def occasional() -> Pack:
    """Buyers of very different rhythm, of whom many come only once."""
    generator = np.random.default_rng(6)
    histories: dict[str, list[Event]] = {}
    for key in range(1500):
        day, wait, visits = float(generator.uniform(0, 400)), float(generator.gamma(2, 15)) + 2, []
        while day < 420:
            visits.append(
                order(START + int(day * DAY_SECONDS), spend=float(generator.integers(5, 90)))
            )
            day += float(generator.exponential(wait))
            if generator.random() < 0.25:
                break
        histories[f"c{key:04d}"] = list(visits)
    return pack_of(histories)


@pytest.mark.parametrize("outcome", ["second_purchase", "partial", "inactivity"])
def test_each_question_about_buying_is_learned_from_the_same_purchases(
    outcome: OutcomeKind,
) -> None:
    settings = ChurnSettings(outcome=outcome, horizon_days=30, origins=4)
    pack = occasional()
    learned = learn_churn(pack, plan_of(DECLARATIONS + MONTHS, pack), settings)
    assert learned.manifest.task.question.kind == outcome
    assert learned.manifest.metrics["auc"] > 0.5
    assert len(learned.splits.tests) >= 1
    assert learned.manifest.base_rate == pytest.approx(
        learned.ladder.tested[0].outcomes.mean(), abs=0.2
    )
