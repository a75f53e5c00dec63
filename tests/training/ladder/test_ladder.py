"""Every rung beside the others, and an honest choice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.company.settings.questions import ChurnSettings
from features.plan.plan import standard_plan
from features.store.pack import Pack
from features.vocabulary.errors import ModelRefused
from tests.shared_companies import learned_once
from tests.training.companies import START, company, dataset, pack_of_orders
from training.bundles.bundle import opened, write
from training.datasets.dataset import Dataset
from training.datasets.splits import OriginSplit, Splits
from training.families.churn.bundle import CHURN_KIND, Bundle
from training.families.churn.learning import Learned, learn_churn
from training.families.churn.rungs import certain_directions, churn_rungs
from training.ladder.ladder import climb

SETTINGS = ChurnSettings(horizon_days=60)
RUNGS = churn_rungs(("days_since_order", "orders_count_lifetime"), 60)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Learned:
    return churn_of_four_hundred(tmp_path_factory)


def churn_of_four_hundred(temporary: pytest.TempPathFactory) -> Learned:
    """A churn model of the usual company, which others look at as well and nobody changes."""

    def learn() -> Learned:
        pack = company()
        return learn_churn(pack, standard_plan(pack), SETTINGS)

    return learned_once(temporary, "churn of four hundred", learn)


def weekly_buyers() -> Pack:
    """Eighty customers who buy every week without fail."""
    day = 86_400
    rows = [(key, (START + key % 7 + 7 * week) * day) for key in range(80) for week in range(60)]
    return pack_of_orders(rows, 80)


def test_every_rung_is_shown_with_its_interval_and_one_ships(learned: Learned) -> None:
    rows = learned.ladder.rows
    assert [row.name for row in rows] == [
        "base rate",
        "recency rule",
        "frequency rule",
        "logistic regression",
        "LightGBM on RFM",
        "logistic on everything",
        "LightGBM",
        "logistic and LightGBM",
    ]
    assert sum(row.ships for row in rows) == 1
    assert learned.manifest.title == learned.ladder.winner.name != "base rate"
    for row in rows:
        auc = row.figures["auc"]
        assert auc is not None and row.auc_low <= auc <= row.auc_high
        assert len(row.auc_by_cutoff) == len(learned.splits.tests)
    assert rows[0].figures["auc"] == 0.5
    assert rows[1].gain == rows[1].gain_low == rows[1].gain_high == 0.0


def test_the_model_is_tested_on_customers_it_has_not_seen_the_future_of(learned: Learned) -> None:
    splits: Splits = learned.splits
    shipped = splits.shipped
    assert isinstance(shipped, OriginSplit)
    last = max(one.seconds for one in shipped.fit)
    assert splits.horizon.end(shipped.calibration).seconds == 1_296_864_000
    assert last < shipped.calibration.seconds
    for one in learned.ladder.tested:
        assert one.test in {split.name for split in splits.tests}


def chosen(learned: Learned, outcomes: np.ndarray) -> tuple[str, list[str], list[str]]:
    """The rung that ships, the rule to beat and what each rung showed at the tests that chose, with other outcomes."""
    data = Dataset(learned.dataset.vectors, outcomes)
    ladder = climb(data, learned.splits, learned.ladder.rungs[:4])
    figures = [
        f"{row.name}: {[row.auc_by_cutoff[one.name] for one in learned.splits.choosing]}"
        for row in ladder.rows
    ]
    return ladder.winner.name, [row.rule for row in ladder.rows], figures


def test_what_came_at_the_reserved_test_does_not_change_what_is_chosen(learned: Learned) -> None:
    """Dealt out anew, or all turned round: the choice is the one that was made."""
    reserved = learned.splits.reserved
    assert reserved is not None and reserved.name not in {
        one.name for one in learned.splits.choosing
    }
    rows = np.isin(
        learned.dataset.vectors.cutoff_seconds,
        reserved.test_rows(learned.dataset).vectors.cutoff_seconds,
    )
    known = learned.dataset.outcomes
    first = chosen(learned, known)
    dealt = np.random.default_rng(1).permutation(known)
    assert chosen(learned, np.where(rows, dealt, known)) == first
    assert chosen(learned, np.where(rows, 1.0 - known, known)) == first
    # What chooses does change it: the law is not true of everything.
    try:
        assert chosen(learned, np.where(rows, known, dealt)) != first
    except ModelRefused as fault:
        assert "nothing better than the base rate" in fault.found


def test_the_reserved_test_is_reported_with_its_interval(learned: Learned) -> None:
    reserved = learned.splits.reserved
    assert reserved is not None
    for row in learned.ladder.rows:
        told = row.at_reserved
        assert told["test"] == reserved.name
        assert told["auc"] == row.auc_by_cutoff[reserved.name]
        assert told["auc_low"] <= told["auc"] <= told["auc_high"]
        assert told["gain_low"] <= told["gain"] <= told["gain_high"]
    assert learned.manifest.metrics["chosen"] == {
        "reserved": reserved.name,
        "choosing": [one.name for one in learned.splits.choosing],
        "passed_over": list(learned.ladder.passed_over),
    }


def test_leads_are_paired_at_the_reserved_test(learned: Learned) -> None:
    ladder = learned.ladder
    leads, ships = ladder.leads, ladder.winning_row.at_reserved
    assert leads[ladder.winner.name] == {"auc": 0.0, "auc_low": 0.0, "auc_high": 0.0}
    for row in ladder.rows:
        between = ships["auc"] - row.at_reserved["auc"]
        assert leads[row.name]["auc"] == pytest.approx(between, abs=1e-7)
    assert learned.manifest.metrics["leads"] == leads


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_data_give_the_same_bundle(
    learned: Learned, tmp_path_factory: pytest.TempPathFactory, threads: int
) -> None:
    pack = company()
    again = learn_churn(pack, standard_plan(pack), SETTINGS, threads=threads)
    digests = set()
    for one in (learned, again):
        folder = tmp_path_factory.mktemp("bundle")
        bundle = Bundle(
            one.manifest,
            one.model,
            one.calibration,
            one.reference,
            declarations=one.declarations,
        )
        digests.add(write(CHURN_KIND, one.manifest, bundle, folder).digest)
        opened(CHURN_KIND, folder)
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("pack", "said"),
    [
        (lambda: company(1), "judged"),
        (lambda: company(40), "judged"),
        (weekly_buyers, "0 who left"),
        (lambda: company(days=120), "days of history"),
    ],
    ids=["one customer", "few customers", "nobody leaves", "short history"],
)
def test_data_that_cannot_carry_a_model_is_refused(pack, said: str) -> None:  # type: ignore[no-untyped-def]
    made = pack()
    with pytest.raises(ModelRefused, match=said):
        learn_churn(made, standard_plan(made), SETTINGS)


def test_silence_only_raises_the_risk_and_orders_only_lower_it() -> None:
    learned = dataset()
    rung = next(
        one for one in churn_rungs(learned.vectors.feature_names, 60) if one.name == "LightGBM"
    )
    assert certain_directions(rung.feature_names) == {
        "days_since_order": 1,
        "orders_count_lifetime": -1,
    }
    model = rung.fit(learned)
    rows = np.repeat(learned.vectors.values[:50], 40, axis=0)
    rows[:, 1] = np.tile(np.linspace(0, 200, 40), 50)
    by_silence = model.log_odds(rows).reshape(50, 40)
    assert (np.diff(by_silence, axis=1) >= 0).all() and (by_silence[:, -1] > by_silence[:, 0]).all()
    rows[:, 1] = 30
    rows[:, 0] = np.tile(np.linspace(1, 40, 40), 50)
    assert (np.diff(model.log_odds(rows).reshape(50, 40), axis=1) <= 0).all()


def test_of_a_customers_own_rhythm_a_rule_stands_on_the_ladder_and_days_alone_are_not_certain() -> (
    None
):
    names = ("days_since_order", "orders_count_lifetime", "silence_ratio", "gap_mean_days")
    rungs = {one.name: one for one in churn_rungs(names, 60, is_of_own_rhythm=True)}
    assert rungs["rhythm rule"].feature_names == ("silence_ratio",)
    assert rungs["LightGBM"].directions == {"silence_ratio": 1}
    assert "rhythm rule" not in {one.name for one in churn_rungs(names, 60)}


def test_open_complaints_only_raise_the_risk() -> None:
    assert certain_directions(("open_complaints_count_lifetime", "complaints_count_90d")) == {
        "open_complaints_count_lifetime": 1
    }
    learned = dataset(1_200)
    generator = np.random.default_rng(5)
    complaints = generator.poisson(0.7, learned.rows)
    # Whoever complains leaves more often, but for three complaints, where the data mislead.
    chance = np.where(complaints == 3, 0.0, 0.15 * complaints)
    outcomes = np.maximum(learned.outcomes, generator.random(learned.rows) < chance)
    vectors = replace(
        learned.vectors,
        feature_names=(*learned.vectors.feature_names, "open_complaints_count_lifetime"),
        values=np.column_stack([learned.vectors.values, complaints]).astype(np.float32),
    )
    rung = next(one for one in churn_rungs(vectors.feature_names, 60) if one.name == "LightGBM")
    model = rung.fit(Dataset(vectors, outcomes))

    rows = np.repeat(vectors.values[:50], 6, axis=0)
    rows[:, -1] = np.tile(np.arange(6), 50)
    by_complaints = model.log_odds(rows).reshape(50, 6)
    assert (np.diff(by_complaints, axis=1) >= 0).all()
    assert (by_complaints[:, 2] > by_complaints[:, 0]).mean() > 0.9


def test_contributions_of_the_trees_are_those_of_the_shap_library() -> None:
    shap = pytest.importorskip("shap")
    learned = dataset()
    model = next(one for one in RUNGS if one.name == "LightGBM").fit(learned)
    positions = model.columns.positions(learned.vectors.feature_names)
    rows = model.columns.prepare(learned.vectors.values[:50], positions)
    explainer = shap.TreeExplainer(model.booster, feature_perturbation="tree_path_dependent")  # type: ignore[attr-defined]
    theirs = explainer.shap_values(rows)
    np.testing.assert_allclose(model.contributions(rows), np.asarray(theirs), rtol=0, atol=1e-9)


def test_trees_are_the_same_whatever_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.learners.trees._LEAST_VALUES_FOR_THREADS", 0)
    learned = dataset(3_000)
    rung = next(
        one for one in churn_rungs(learned.vectors.feature_names, 60) if one.name == "LightGBM"
    )
    files = [rung.fit(learned, threads=threads).to_files() for threads in (1, 2, 3)]
    assert files[0] == files[1] == files[2]
