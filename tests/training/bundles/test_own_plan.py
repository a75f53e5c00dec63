"""The features a model is a function of: every training's own, and those of bundles written before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from features.declarations import Declaration
from features.declarations.buying import Buying, BuyingModel
from features.plan.plan import hash_of, plan_of, standard_plan
from features.vectors.vectors import build_vectors
from features.vocabulary.errors import PlanRefused
from tests.builders import at, order, pack_of
from tests.training.companies import manifest_of
from training.bundles.manifest import Manifest
from training.bundles.own_plan import OwnPlan, fitted_of
from training.learners.boosting import BoostedModel

FIRST = BuyingModel(r=0.243, alpha=30.9, a=0.793, b=2.426)
SECOND = BuyingModel(r=1.7, alpha=66.1, a=0.4, b=5.0)
PACK = pack_of(
    {"anna": [order("2026-01-05"), order("2026-01-20")], "bert": [order("2026-01-30T17:00:01")]}
)
NAMES = standard_plan(PACK, FIRST).feature_names


def own(buying: BuyingModel) -> OwnPlan:
    """What a bundle of a training carries."""
    plan = standard_plan(PACK, buying)
    manifest = replace(_manifest(), plan_hash=plan.hash, fitted=fitted_of(plan))
    return OwnPlan.of(manifest, plan.declarations)


def older(buying: BuyingModel) -> OwnPlan:
    """What a bundle of before carries: its parameters are part of its plan, and of the plan's name."""
    declarations = [_baked(one, buying) for one in standard_plan(PACK, buying).declarations]
    named = hash_of(declarations, with_fitted=True)
    return OwnPlan.of(replace(_manifest(), plan_hash=named), declarations)


def _manifest() -> Manifest[Any]:
    return manifest_of(BoostedModel)  # type: ignore[arg-type]


def _baked(one: Declaration, model: BuyingModel) -> Declaration:
    is_asking = isinstance(one.value, Buying)
    return replace(one, value=replace(one.value, model=model)) if is_asking else one  # type: ignore[call-arg]


@pytest.mark.parametrize("made_by", [own(FIRST), older(FIRST)])
@pytest.mark.parametrize("read_by", [own(SECOND), own(FIRST)])
def test_whoever_made_the_vectors_a_model_reads_its_own(made_by: OwnPlan, read_by: OwnPlan) -> None:
    vectors = build_vectors(PACK, made_by.compiled(PACK), [at("2026-03-01")])
    wanted = build_vectors(PACK, read_by.compiled(PACK), [at("2026-03-01")])
    assert read_by.suits(vectors) and read_by.fills(wanted)
    assert read_by.bound(vectors, NAMES).tobytes() == wanted.values.tobytes()
    assert read_by.fills(vectors) == (made_by is read_by or vectors.fitted == wanted.fitted)
    some = read_by.bound(vectors, ("still_buying", "days_since_order"))
    assert np.array_equal(
        some, wanted.values[:, [NAMES.index("still_buying"), NAMES.index("days_since_order")]],
        equal_nan=True,
    )  # fmt: skip


def test_a_bundle_of_before_reads_its_own_vectors_as_they_are_under_the_name_of_then() -> None:
    before = older(FIRST)
    assert own(FIRST).buying == FIRST
    assert before.named != before.plan_hash == own(FIRST).plan_hash and before.buying == FIRST
    built = build_vectors(PACK, before.compiled(PACK), [at("2026-03-01")])
    then = replace(built, plan_hash=before.named, fitted="")
    assert before.suits(then) and before.fills(then)
    assert before.bound(then, NAMES) is then.values
    # A newer model cannot tell by what they were filled.
    assert not own(SECOND).suits(then)


def test_a_plan_that_this_version_computes_otherwise_is_refused() -> None:
    other = replace(own(FIRST), named="0" * 64)
    with pytest.raises(PlanRefused, match="regulars train churn"):
        other.compiled(PACK)
    vectors = build_vectors(PACK, own(FIRST).compiled(PACK), [at("2026-03-01")])
    assert not other.suits(vectors)
    assert own(FIRST).of_rows(vectors.values, NAMES).fitted == vectors.fitted
    bare = plan_of(standard_plan(PACK).declarations, PACK)
    assert fitted_of(bare) == {} and fitted_of(standard_plan(PACK, FIRST)) == {
        "buying": {"r": 0.243, "alpha": 30.9, "a": 0.793, "b": 2.426}
    }
