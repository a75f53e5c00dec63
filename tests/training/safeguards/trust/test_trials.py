"""Taking groups away, refitting, a day later: trials whose answers can be told beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

import numpy as np
import pytest

from features.behaviour.groups import PROFILE
from features.declarations.attributes import DeclaredFlag
from features.declarations.feature import declare
from features.plan.text import plan_from_text, plan_to_text
from features.vocabulary.errors import PlanRefused
from tests.training.companies import NAMES, dataset, manifest_of
from training.datasets.dataset import Dataset
from training.families.churn.checks import _reasons
from training.families.churn.learning import Learned
from training.families.churn.rungs import BOOSTED, RECENCY, churn_rungs
from training.families.churn.trust import Trust, examine
from training.ladder.rung import Rung
from training.learners.logistic import LogisticModel
from training.learners.model import Model
from training.safeguards.trust.cap import cap_cost
from training.safeguards.trust.faithfulness import faithfulness
from training.safeguards.trust.stability import _resampled, stability
from training.safeguards.trust.subjects import Subjects
from training.safeguards.trust.table import trust_sentences

GROUP_OF = np.array([0, 1, 2, 1])
GROUPS = ("frequency", "rhythm", "spend")


@pytest.fixture(scope="module")
def learned(learned_churn: Learned) -> Learned:
    return learned_churn


@pytest.fixture(scope="module")
def trust(learned: Learned) -> Trust:
    return examine(learned)


def rung(name: str) -> Rung:
    return next(one for one in churn_rungs(NAMES, 60) if one.name == name)


def subjects_of(model: Model) -> Subjects:
    return Subjects.chosen(model, dataset().vectors, GROUP_OF, GROUPS)


def test_the_groups_a_line_names_are_nearly_those_whose_loss_costs_it_most() -> None:
    # In a sum nothing depends on anything else: only that those of low risk are not average, against
    # whom contributions are counted, keeps the two orders apart.
    model = LogisticModel.fit(dataset())
    for one in faithfulness(model, subjects_of(model)):
        assert 0.8 < one.score <= 1.0 + 1e-9
        assert one.ours > one.random


def test_reasons_that_name_the_wrong_groups_are_unfaithful() -> None:
    class Mistaken(LogisticModel):
        """Says the opposite of what it does."""

        def contributions(self, prepared: np.ndarray, *, threads: int = 1) -> np.ndarray:
            return -super().contributions(prepared)

        def log_odds(self, prepared: np.ndarray, *, threads: int = 1) -> np.ndarray:
            added = LogisticModel.contributions(self, prepared)
            return np.asarray(self.base_log_odds + added.sum(axis=1))

    model = Mistaken.from_files(LogisticModel.fit(dataset()).to_files())
    assert faithfulness(model, subjects_of(model))[0].score < 0.5


def test_a_rule_of_one_feature_has_nothing_to_choose_from() -> None:
    model = rung(RECENCY).fit(dataset())
    assert faithfulness(model, subjects_of(model)) == ()
    held = stability(model, rung(RECENCY), dataset(), subjects_of(model))
    assert (held.top_three, held.first) == (1.0, 1.0)


def test_refits_agree_on_what_matters_and_senseless_outcomes_do_not() -> None:
    model = rung(BOOSTED).fit(dataset())
    held = stability(model, rung(BOOSTED), dataset(), subjects_of(model))
    assert held.refits == 10 and held.rows > 400
    assert held.top_three > 0.7 and held.first_or_similar >= held.first > 0.8
    assert held.permuted < held.top_three


def test_refits_grow_as_many_trees_as_the_model() -> None:
    assert rung(BOOSTED).fit(dataset(), rounds=7).rounds == 7
    assert rung(RECENCY).fit(dataset()).rounds == 0


@dataclass(frozen=True)
class NotedRung(Rung):
    """A rung that remembers how many rounds it was asked to grow."""

    asked: list[int | None] = field(default_factory=list)

    def fit(
        self,
        dataset: Dataset,
        *,
        threads: int = 1,
        fitted: Mapping[str, Model] | None = None,
        rounds: int | None = None,
    ) -> Model:
        """Fit it as any other."""
        self.asked.append(rounds)
        return super().fit(dataset, threads=threads, fitted=fitted, rounds=rounds)


@pytest.mark.parametrize(("name", "rounds"), [(BOOSTED, 7), (RECENCY, None)])
def test_every_refit_is_asked_for_the_rounds_of_the_model(name: str, rounds: int | None) -> None:
    noted = NotedRung(**{one.name: getattr(rung(name), one.name) for one in fields(Rung)})
    model = rung(name).fit(dataset(), rounds=rounds)
    stability(model, noted, dataset(), subjects_of(model))
    # Ten on customers drawn anew, and one on outcomes dealt out at random.
    assert noted.asked == [rounds] * 11


def test_draws_without_anybody_who_left_are_left_out() -> None:
    data = dataset()
    rare = Dataset(data.vectors, (np.arange(data.rows) == 5).astype(np.float64))
    model = LogisticModel.fit(rare)
    held = stability(model, rung(RECENCY), rare, subjects_of(model))
    # One of a thousand is missing from a draw in more than a third of all draws.
    assert 1 <= held.refits < 10 and 0.0 <= held.first <= 1.0


def test_customers_are_drawn_whole_and_of_many_at_most_half(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = dataset()
    counts = np.bincount(data.vectors.customer_keys)

    def drawn() -> list[np.ndarray]:
        keys = [one.vectors.customer_keys for one in _resampled(data)]
        return [np.bincount(one, minlength=len(counts)) for one in keys]

    for many in drawn():
        times = many[counts > 0] / counts[counts > 0]
        assert (times == times.astype(int)).all() and times.sum() == (counts > 0).sum()
    monkeypatch.setattr("training.safeguards.trust.stability.MOST_ROWS", data.rows - 1)
    for half in drawn():
        assert set((half[counts > 0] / counts[counts > 0]).tolist()) == {0.0, 1.0}
        assert (half > 0).sum() == round((counts > 0).sum() / 2)


def test_the_same_trials_give_the_same_figures() -> None:
    model = rung(BOOSTED).fit(dataset())
    twice = [stability(model, rung(BOOSTED), dataset(), subjects_of(model)) for _ in range(2)]
    assert twice[0] == twice[1]


def test_everything_is_tried_and_stands_beside_its_bar(trust: Trust) -> None:
    assert trust.customers > 100 and 50 <= trust.listed <= 300
    assert trust.additivity < 1e-9 and trust.shown_gap < 1e-6 and trust.adds_up
    assert trust.sentences > 100
    assert sum(trust.shares.values()) == pytest.approx(1.0)
    assert [one.name for one in trust.bars if not one.figure] == []
    assert len(trust.bars) == 9


def test_withheld_sentences_are_named_with_how_often(trust: Trust) -> None:
    named = replace(trust, contradicted={"spend_growth_90d raises": 3, "silence_ratio lowers": 1})
    assert named.contradictions == 4
    said = trust_sentences(named.as_dict())
    assert (
        "the facts say the opposite: spend_growth_90d raises (3), silence_ratio lowers (1)" in said
    )


def test_figures_that_do_not_add_up_are_kept_out_by_the_gate(trust: Trust) -> None:
    def passed(found: Trust) -> bool:
        manifest = replace(
            manifest_of(rung(RECENCY).fit(dataset())), evaluation={"trust": found.as_dict()}
        )
        return next(one.passed for one in _reasons(manifest) if one.name == "reasons add up")

    assert passed(trust)
    assert not passed(replace(trust, additivity=1e-6))
    assert not passed(replace(trust, shown_gap=1e-4))


def test_a_plan_that_names_a_protected_attribute_is_refused_by_its_name() -> None:
    allowed = declare(
        "newsletter",
        DeclaredFlag("newsletter"),
        meaning="Whether they read it.",
        unit="share",
        group=PROFILE,
        said="newsletter: {value}",
        missing="Nothing declared.",
    )
    text = plan_to_text([allowed])
    assert plan_from_text(text) == (allowed,)
    with pytest.raises(PlanRefused, match="gender is a protected attribute"):
        plan_from_text(text.replace('"newsletter"', '"gender"'))


def test_reasons_stay_over_a_day_without_events(trust: Trust) -> None:
    assert trust.persistence is not None
    assert trust.persistence.customers >= 30
    assert trust.persistence.same > 0.8


def test_a_group_that_explains_nearly_everything_raises_the_alarm(trust: Trust) -> None:
    def with_shares(**shares: float) -> Trust:
        return replace(trust, shares=shares)

    assert with_shares(Contract=0.7, Rhythm=0.3).leak == "Contract"
    assert with_shares(Contract=0.6, Rhythm=0.4).leak == ""
    # A rule reads one group, and hides nothing.
    assert with_shares(Rhythm=1.0, Contract=0.0).leak == ""


def test_the_cap_is_measured_where_there_are_trees_alone(learned: Learned) -> None:
    boosted = [one for one in churn_rungs(learned.model.columns.names, 60) if one.name == BOOSTED]
    tests = learned.splits.tests[:1]
    found = cap_cost(learned.ladder, tuple(boosted), learned.dataset, tests)
    assert found is not None
    assert found.log_loss_low <= found.log_loss <= found.log_loss_high
    assert found.auc_low <= found.auc <= found.auc_high
    assert cap_cost(learned.ladder, (rung(RECENCY),), learned.dataset, tests) is None
