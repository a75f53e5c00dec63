"""Costs beside value: who costs more than they bring is found before, and nothing changes where nothing costs."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from features.company.settings.cost_to_serve import CostToServeSettings
from features.plan.plan import Plan, standard_plan
from features.store.pack import Pack
from features.vectors.vectors import Vectors, build_vectors
from features.vocabulary.time import DAY_SECONDS, Cutoff, Horizon
from tests.builders import Event, at, contact, order, pack_of, returned
from training.datasets.splits import OriginSplit, OriginSplits
from training.families.value import tested_value
from training.families.value.bundle import VALUE_KIND, ValueBundle
from training.families.value.cost_to_serve.learning import LearnedCost, learn_cost
from training.families.value.cost_to_serve.model import CostModel
from training.families.value.cost_to_serve.terms import cost_terms
from training.families.value.cost_to_serve.words import cost_markdown, costly_sentence
from training.families.value.dataset import money_after
from training.families.value.learning import LearnedValue
from training.families.value.serving_cost import with_cost_to_serve

START = at("2025-01-01").seconds
CUTOFFS = tuple(Cutoff(START + day * DAY_SECONDS) for day in (150, 210, 270, 330))
COSTS = CostToServeSettings({"call": "900"}, 500, {"store": "80"})


@cache
def company(customers: int = 240) -> Pack:
    """Everybody buys for 20 every three weeks; each fifth calls weekly, and each seventh sends back what they buy."""
    random = np.random.default_rng(3)
    histories: dict[str, list[Event]] = {}
    for key in range(customers):
        days = list(range(int(random.integers(0, 20)), 395, 21))
        channel = "store" if key % 2 else "web"
        bought = [order(START + day * DAY_SECONDS, 20.0, channel=channel) for day in days]
        back = [returned(START + (day + 3) * DAY_SECONDS, 12.0) for day in days if not key % 7]
        calls = random.integers(0, 395, 56 if not key % 5 else 1)
        called = [contact(START + int(day) * DAY_SECONDS, "call", "phone") for day in calls]
        histories[f"c{key:04d}"] = [*bought, *back, *called]
    return pack_of(histories)


@cache
def plan() -> Plan:
    return standard_plan(company())


def splits() -> OriginSplits:
    first, second, third, fourth = CUTOFFS
    test, shipped = OriginSplit((first, second), third, fourth), OriginSplit((first, second, third), fourth, None)  # fmt: skip
    return OriginSplits((test,), shipped, Horizon(60), CUTOFFS, "by hand")


def exactly_valued(pack: Pack) -> tested_value.TestedValue:
    """A value that knows exactly what everybody brings, customers in another order than the vectors."""
    keys = np.arange(pack.customers, dtype=np.int32)[::-1].copy()
    purchases = pack.streams["purchases"]
    cents = np.asarray(purchases.columns["amount_cents"]).astype(float)
    at_test = np.full(len(keys), CUTOFFS[-1].seconds)
    brought = np.maximum(money_after(purchases, cents, keys, at_test, Horizon(60)), 0.0)
    says = np.ones(len(keys), np.bool_)
    return tested_value.TestedValue(
        "past rate", CUTOFFS[-1], keys, brought, brought, brought, brought, says, {}, brought
    )


@cache
def vectors() -> Vectors:
    return build_vectors(company(), plan(), CUTOFFS, threads=1)


def learned(costs: CostToServeSettings = COSTS) -> LearnedCost:
    found = learn_cost(company(), plan(), vectors(), splits(), [exactly_valued(company())], costs)
    assert found is not None
    return found


def test_what_costs_is_read_from_the_features_that_count_it() -> None:
    terms, uncounted = cost_terms(plan().declarations, COSTS)
    assert {(one.feature, one.of, one.window_days) for one in terms} == {
        ("outbound_contact_call_count_365d", "", 365),
        ("channel_store_orders_share_365d", "orders_count_365d", 365),
        ("returns_count_365d", "", 365),
    }
    assert uncounted == ()
    assert cost_terms(plan().declarations, replace(COSTS, contact_cents={"fax": "1"}))[1] == ("fax",)  # fmt: skip
    phone, _ = cost_terms(plan().declarations, CostToServeSettings({}, 0, {"phone": "10"}))
    assert [(one.feature, one.window_days) for one in phone] == [("outbound_contact_channel_phone_count_90d", 90)]  # fmt: skip


def test_a_contact_costs_the_same_whoever_made_it() -> None:
    called = [contact("2025-03-01", "call", direction=one) for one in ("inbound", "outbound")]
    both = standard_plan(pack_of({"anna": [order("2025-01-05"), *called]})).declarations
    terms, uncounted = cost_terms(both, CostToServeSettings({"call": "450"}))
    assert {one.feature: one.cents for one in terms} == {
        "contact_call_count_365d": 450,
        "outbound_contact_call_count_365d": 450,
    }
    assert uncounted == ()


def test_who_costs_more_than_they_bring_is_told_before_they_do() -> None:
    [test] = learned().tested
    callers = sum(not key % 5 for key in range(240))
    # Weekly calls at 9.00 cost more than 20.00 every three weeks bring; of the others hardly anybody does.
    assert callers <= test.costly <= callers + 10
    assert test.costly_cost_cents > 1.3 * test.costly_brought_cents
    assert test.customers == 240 and abs(test.bias) < 0.15
    assert f"{test.costly} customers were expected to cost more than they bring" in costly_sentence(test.as_dict())  # fmt: skip


def test_what_follows_the_cutoff_changes_nothing_that_is_expected() -> None:
    cutoff = CUTOFFS[-1]
    before: list[Event] = [order(cutoff.seconds - 50 * DAY_SECONDS, 20.0, channel="store")]
    after: list[Event] = [contact(cutoff.seconds, "call"), returned(cutoff.seconds + 5)]
    # Somebody else, that there are calls and returns to have features of.
    other: list[Event] = [contact(cutoff.seconds - 9, "call"), returned(cutoff.seconds - 9)]
    pack = pack_of({"anna": before, "bert": [*before, *after], "carl": other})
    found = build_vectors(pack, standard_plan(pack), [cutoff], threads=1)
    expected = learned().model.expected(found.column)
    assert expected[0] == expected[1] > 0


def test_names_nobody_has_are_noted_and_nothing_is_learned_where_nothing_costs() -> None:
    found = learned(CostToServeSettings({"fax": "100"}))
    assert any('names "fax"' in note for note in found.notes)
    assert any("serving costs nothing" in note for note in found.notes)
    assert learn_cost(company(), plan(), vectors(), splits(), [], CostToServeSettings()) is None


def test_a_value_model_without_costs_stays_as_it_is_to_the_byte(
    learned_value: LearnedValue,
) -> None:
    assert with_cost_to_serve(learned_value, CostToServeSettings()) is learned_value
    bundle = bundle_of(learned_value)
    assert "cost_to_serve.json" not in VALUE_KIND.contents(bundle)
    assert set(VALUE_KIND.answers(bundle, VALUE_KIND.proof(bundle))) == {
        *("expected", "low", "high", "chance", "if_kept", "contributions")
    }
    assert cost_markdown(learned_value.manifest) == []


def test_a_value_model_with_costs_carries_them_into_bundle_manifest_and_card(
    learned_value: LearnedValue,
) -> None:
    """The company returns nothing: what is configured is read, told and worth nothing."""
    found = with_cost_to_serve(learned_value, CostToServeSettings(return_cents=300))
    assert found.cost is not None and found.value is learned_value.value
    bundle = bundle_of(found)
    contents = VALUE_KIND.contents(bundle)
    assert "cost_to_serve.json" in contents
    values = bundle.bind(found.ground.fits.dataset.vectors)
    assert CostModel.from_bytes(contents["cost_to_serve.json"]) == bundle.cost
    assert not np.any(bundle.cost_cents(values))
    assert any("serving costs nothing" in note for note in found.manifest.notes)
    card = "\n".join(cost_markdown(found.manifest))
    assert card.startswith("## What serving them costs") and "| test |" in card


def bundle_of(learned: LearnedValue) -> ValueBundle:
    cost = None if learned.cost is None else learned.cost.model
    return ValueBundle(
        learned.manifest, learned.value, learned.reference, learned.declarations, cost
    )
