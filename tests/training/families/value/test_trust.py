"""The reasons of a value model are tried: they add up, and name what costs most when it is taken away."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from features.plan.plan import standard_plan
from features.store.pack import Pack
from features.vectors.vectors import Vectors, build_vectors
from features.vocabulary.time import DAY_SECONDS, Cutoff
from tests.training.companies import START
from training.families.value.bundle import ValueBundle
from training.families.value.learning import SEASON_DAYS, LearnedValue
from training.families.value.reasons.contributions import Contributions
from training.families.value.trust import ValueTrust, examine_value


@pytest.fixture(scope="module")
def learned(learned_value: LearnedValue) -> LearnedValue:
    return learned_value


@pytest.fixture(scope="module")
def everybody(shop: Pack) -> Vectors:
    return build_vectors(shop, standard_plan(shop), [Cutoff((START + 420) * DAY_SECONDS)])


def bundle_of(learned: LearnedValue, kind: type[ValueBundle] = ValueBundle) -> ValueBundle:
    return kind(learned.manifest, learned.value, learned.reference)


def tried(bundle: ValueBundle, everybody: Vectors) -> ValueTrust:
    return examine_value(bundle, everybody)


def test_a_history_of_less_than_two_years_is_said_to_show_no_season_twice(
    shop: Pack, learned: LearnedValue
) -> None:
    assert SEASON_DAYS == 730 and shop.last_known < (START + 730) * DAY_SECONDS
    assert any("less than two years of purchases" in one for one in learned.manifest.notes)


def test_a_training_tries_the_reasons_of_the_model_that_ships(learned: LearnedValue) -> None:
    trust = learned.manifest.evaluation["trust"]
    assert trust["figures"]["trust/value_additivity"] < 1e-9
    assert trust["customers"] > 300 and trust["sentences"] > 300
    assert (trust["bars"][0]["name"], trust["bars"][0]["passed"]) == ("adding up", True)
    assert sum(trust["shares"].values()) == pytest.approx(1.0)


def test_facts_stand_beside_customers_of_whom_about_the_base_is_expected(
    shop: Pack, learned: LearnedValue
) -> None:
    bundle = bundle_of(learned)
    latest = build_vectors(shop, standard_plan(shop), [learned.splits.shipped.calibration])
    values = bundle.bind(latest)[bundle.valued(bundle.bind(latest))]
    expected = np.maximum(bundle.of(values).expected, 1.0)
    away = np.abs(np.log(expected / bundle.base_cents))
    near = sorted(range(len(values)), key=lambda row: away[row])[:50]
    place = learned.manifest.feature_names.index("spend_sum_lifetime")
    middle = np.sort(values[near, place])[23:27]
    assert bundle.usual[place] in middle


def test_reasons_that_leave_something_out_are_seen(
    learned: LearnedValue, everybody: Vectors
) -> None:
    class Forgetful(ValueBundle):
        """Says nothing of its first column that matters."""

        def contributions_of(
            self, prepared: NDArray[np.float32], *, threads: int = 1, proven: bool = False
        ) -> Contributions:
            found = super().contributions_of(prepared, threads=threads, proven=proven)
            size = np.abs(found.cents).sum(axis=(0, 1))
            found.cents[:, :, int(size.argmax())] = 0.0
            return found

    trust = tried(bundle_of(learned, Forgetful), everybody)
    assert trust.additivity > 1e-3 and not trust.bars[0].passed


def test_reasons_that_name_the_wrong_groups_are_unfaithful(
    learned: LearnedValue, everybody: Vectors
) -> None:
    class Mistaken(ValueBundle):
        """Says the opposite of what it does."""

        def contributions_of(
            self, prepared: NDArray[np.float32], *, threads: int = 1, proven: bool = False
        ) -> Contributions:
            found = super().contributions_of(prepared, threads=threads, proven=proven)
            return Contributions(found.base_cents, found.parts, -found.cents)

    right, wrong = (
        tried(bundle_of(learned, kind), everybody).figures for kind in (ValueBundle, Mistaken)
    )
    named = [key for key in right if key.endswith("faithful_1")]
    assert named and all(right[key] > 0.7 > wrong[key] for key in named)
