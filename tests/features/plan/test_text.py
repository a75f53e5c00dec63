"""A plan written as data is the plan that was written."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.behaviour.groups import SPEND
from features.declarations.buying import BuyingModel
from features.declarations.events import Condition, Events
from features.declarations.feature import declare
from features.declarations.values import Count, Ratio, Total
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


OLDER_PLAN = (Path(__file__).parent / "older_plan.json").read_text(encoding="utf-8")
OLDER_HASH = "4b1bb2afbb54af28ca1621ccdd799b0edbd9f52380c4d7b9e4652ccd6153ef8d"


def test_an_older_plan_of_every_class_reads_as_before_and_is_written_in_the_same_bytes() -> None:
    declarations = plan_from_text(OLDER_PLAN)
    assert len(declarations) == 27
    assert hash_of(declarations, with_fitted=True) == OLDER_HASH
    assert plan_to_text(declarations) == OLDER_PLAN
    # What no plan can hold is told by name, so the known names are those of every class.
    with pytest.raises(PlanRefused) as caught:
        plan_from_text(OLDER_PLAN.replace('"class":"Count"', '"class":"zzzz"'))
    known = caught.value.remedy.removeprefix("Known names: ").removesuffix(".").split(", ")
    assert known == sorted(set(re.findall(r'"class":"(\w+)"', OLDER_PLAN)))


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


@settings(derandomize=True)
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
        ('"per":1}', '"per":true}', "Total.per of its own type; found bool"),
        (',"per":1}', "}", "fields of Total; found a difference in per"),
        ('"r":0.25', '"r":1', "BuyingModel.r of its own type; found int"),
        ('"days":7', '"days":0', "a window of at least one day"),
        ('"bins":12', '"bins":1', "at least two stretches"),
    ],
)
def test_what_is_no_plan_of_this_version_is_refused_by_name(old: str, new: str, said: str) -> None:
    # An older plan carries what was fitted, which is told apart as everything else.
    text = plan_to_text(full_plan().declarations)
    text = OLDER_PLAN if old.startswith('"r"') else text
    assert old in text
    with pytest.raises(PlanRefused, match=said):
        plan_from_text(text.replace(old, new))
