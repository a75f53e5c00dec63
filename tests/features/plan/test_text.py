"""A plan written as data is the plan that was written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.behaviour.groups import SPEND
from features.declarations.buying import BuyingModel
from features.declarations.values import Condition, Count, Events, Ratio, Total, declare
from features.plan.dictionary import full_plan
from features.plan.plan import hash_of
from features.plan.text import plan_from_text, plan_to_text
from features.vocabulary.errors import PlanRefused
from features.vocabulary.time import Window


def test_the_full_plan_comes_back_equal_with_its_hash() -> None:
    plan = full_plan()

    back = plan_from_text(plan_to_text(plan.declarations))

    assert back == plan.declarations
    assert hash_of(back) == plan.hash
    assert plan_to_text(back) == plan_to_text(plan.declarations)


conditions = st.one_of(
    st.builds(Condition, st.text(), st.sampled_from([">", "=", "<="]), st.integers()),
    st.builds(Condition, st.text(), st.just("="), st.text()),
)
events = st.builds(Events, st.text(), st.lists(conditions, max_size=3).map(tuple))
windows = st.one_of(st.none(), st.integers(1, 999)).map(Window)
leaves = st.one_of(
    st.builds(Count, events, windows),
    st.builds(Total, events, st.text(), windows, st.integers(1, 1_000)),
)
values = st.recursive(leaves, lambda inner: st.builds(Ratio, inner, inner), max_leaves=5)


@settings(deadline=None, derandomize=True)
@given(values, st.text(), st.floats(0.1, 1e5))
def test_any_declaration_comes_back_equal(
    value: Count | Total | Ratio, text: str, r: float
) -> None:
    declared = declare(
        "x", value, meaning=text, unit="count", group=SPEND, said="{value}", missing=text
    )
    assert plan_from_text(plan_to_text([declared])) == (declared,)
    assert BuyingModel(**json.loads(json.dumps({"r": r, "alpha": r, "a": r, "b": r}))).r == r


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"class":"Count"', '"class":"Cuont"', "Cuont.*Did you mean"),
        ('"schema_version":1', '"schema_version":9', "schema version 1; found 9"),
        ('"stream":"purchases"', '"stream":7', "Events.stream"),
        ('"stream":"purchases"', '"strom":"purchases"', "fields of Events"),
        ("{", "[", "text that is none"),
    ],
)
def test_what_is_no_plan_of_this_version_is_refused_by_name(old: str, new: str, said: str) -> None:
    text = plan_to_text(full_plan().declarations)
    assert old in text
    with pytest.raises(PlanRefused, match=said):
        plan_from_text(text.replace(old, new))
