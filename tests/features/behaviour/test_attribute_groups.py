"""Declared attributes become reasons that say something: one each, or those of the company's own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.behaviour.attribute_groups import MOST_GROUPS, attribute_groups, regrouped
from features.plan.plan import Plan, plan_of, standard_plan
from features.store.pack import Attributes, Pack
from features.vocabulary.errors import PlanRefused
from tests.builders import order, pack_of

CUSTOMERS = 40


def company(*names: str) -> Pack:
    bought = {f"c{number:02d}": [order("2026-01-01")] for number in range(CUSTOMERS)}
    draw = np.random.default_rng(1)
    columns = {name: draw.integers(0, 2, CUSTOMERS) for name in names}
    return replace(pack_of(bought), attributes=Attributes(columns))


def titles(plan: Plan) -> list[str]:
    return [one.title for one in plan.groups if one.name.startswith("declared_")]


def test_each_attribute_is_a_reason_of_its_own() -> None:
    assert titles(standard_plan(company("internet_service", "contract"))) == [
        "Contract",
        "Internet service",
    ]


def test_of_many_attributes_those_that_go_together_are_one_reason() -> None:
    names = [f"option_{number:02d}" for number in range(MOST_GROUPS + 1)]
    attributes = company(*names).attributes
    same = attributes.columns["option_03"]
    columns = {**attributes.columns, "option_07": 1 - same}
    found = attribute_groups(names, Attributes(columns))
    assert len({one.name for one in found.values()}) == MOST_GROUPS
    assert found["option_07"] == found["option_03"]
    assert found["option_07"].title == "Option 03 and option 07"


def test_a_number_goes_with_the_text_that_follows_from_it() -> None:
    names = [f"option_{number:02d}" for number in range(MOST_GROUPS - 1)]
    attributes = company(*names).attributes
    size = np.arange(CUSTOMERS) * 1000
    found = attribute_groups(
        [*names, "size_milli", "class"],
        Attributes(
            {**attributes.columns, "size_milli": size, "class": (size > 19_000).astype(np.int64)},
            {"class": ["small", "large"]},
        ),
    )
    assert found["size_milli"] == found["class"]
    assert found["class"].title == "Class and size"


def test_the_company_names_reasons_of_its_own_and_nothing_else_changes() -> None:
    pack = company("tv", "films", "contract")
    plan = standard_plan(pack)
    named = plan_of(regrouped(plan.declarations, {"tv": "Streaming", "films": "Streaming"}), pack)
    assert titles(named) == ["Streaming", "Contract"] or titles(named) == ["Contract", "Streaming"]
    assert named.hash == plan.hash
    assert named.feature_names == plan.feature_names


def test_a_reason_for_an_attribute_that_is_not_there_is_refused_with_the_nearest() -> None:
    declarations = standard_plan(company("contract")).declarations
    with pytest.raises(PlanRefused) as refused:
        regrouped(declarations, {"contracts": "Contract"})
    assert refused.value.found == '"contracts"' and "contract" in refused.value.remedy


def test_the_company_says_what_it_can_act_on() -> None:
    pack = company("contract", "household")
    plan = standard_plan(pack)
    found = regrouped(plan.declarations, {}, {"contract": "now"})
    acted = {one.feature.name: one.feature.actionable for one in found}
    assert acted["contract_declared"] == "now" and acted["household_declared"] == "context"
    assert plan_of(found, pack).hash == plan.hash


def test_what_can_be_acted_on_is_said_in_known_words_of_known_attributes() -> None:
    declarations = standard_plan(company("contract")).declarations
    with pytest.raises(PlanRefused, match="now, indirect or context for contract"):
        regrouped(declarations, {}, {"contract": "soon"})
    with pytest.raises(PlanRefused, match=r"\[reasons.actionable\]"):
        regrouped(declarations, {}, {"contracts": "now"})
