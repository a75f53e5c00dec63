from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from features.behaviour.groups import SPEND, TENURE
from features.declarations.events import Events
from features.declarations.feature import Declaration, ReasonGroup, declare
from features.declarations.values import Count, Distinct, Gap, Largest, SinceLast, Total, Value
from features.plan.plan import Plan, plan_of, standard_plan
from features.vocabulary.errors import PlanRefused
from tests.builders import contact, order, pack_of
from tests.conftest import PROJECT

PACK = pack_of(
    {
        "anna": [order("2026-01-05", channel="web"), order("2026-02-05", channel="store")],
        "bert": [contact("2026-01-09", "complaint")],
    }
)
LINES = Events("purchases")
FIXED = {
    *(f"orders_count_{w}" for w in ("7d", "30d", "90d", "180d", "365d", "lifetime")),
    *(f"spend_sum_{w}" for w in ("7d", "30d", "90d", "180d", "365d", "lifetime")),
    *(f"returns_count_{w}" for w in ("7d", "30d", "90d", "180d", "365d", "lifetime")),
    *("days_since_order", "days_since_first_order", "gap_mean_days", "gap_sd_days"),
    "silence_ratio",
}


def asking(value: Value, subject: str = "x", group: ReasonGroup = SPEND) -> Declaration:
    return declare(
        subject,
        value,
        meaning="Something.",
        unit="count",
        group=group,
        said="{value}",
        missing="Zero.",
    )


def plan(*values: Value) -> Plan:
    declarations = [asking(value, f"x{number}") for number, value in enumerate(values)]
    return plan_of(declarations, PACK)


def test_the_names_that_others_rely_on_are_there() -> None:
    names = standard_plan(PACK).feature_names

    assert set(names) >= FIXED
    assert len(set(names)) == len(names)


def test_columns_that_are_not_mapped_switch_their_features_off() -> None:
    bare = pack_of(
        {"anna": [order("2026-01-05")]},
        without=("channel", "discount_cents", "category", "brand", "department", "store"),
    )

    missing = set(standard_plan(PACK).feature_names) - set(standard_plan(bare).feature_names)

    assert {"discount_share_90d", "channel_web_orders_share_90d"} <= missing
    assert {"categories_count_90d", "brands_count_7d"} <= missing
    assert not any(group.name == "channel" for group in standard_plan(bare).groups)
    assert len(standard_plan(bare).features) >= 120


def test_the_dictionary_has_an_entry_for_every_feature() -> None:
    entries = standard_plan(PACK).dictionary()

    assert [entry["name"] for entry in entries] == list(standard_plan(PACK).feature_names)
    assert set(entries[0]) == {
        "name",
        "meaning",
        "unit",
        "group",
        "actionable",
        "missing",
        "said",
        "said_as",
    }
    titled = {group.name for group in standard_plan(PACK).groups}
    assert {entry["group"] for entry in entries} == titled


def test_the_hash_follows_the_definitions_and_not_the_wording_or_the_codes() -> None:
    count = asking(Count(LINES.also("channel", "=", "web")))
    reworded = replace(count, feature=replace(count.feature, meaning="Otherwise said."))
    redefined = replace(count, value=Count(LINES.also("channel", "=", "store")))
    only_web = pack_of({"anna": [order("2026-01-05", channel="web")]})

    assert plan_of([count], PACK).hash == plan_of([reworded], PACK).hash
    assert plan_of([count], PACK).hash == plan_of([count], only_web).hash
    assert plan_of([count], PACK).hash != plan_of([redefined], PACK).hash


def test_what_several_features_need_is_gathered_once() -> None:
    spend = Total(LINES, "amount_cents")

    shared = plan(spend, Total(LINES, "amount_cents", per=100), SinceLast(LINES), Gap(LINES, "sd"))

    assert len(shared.program.slots) == 1
    assert len(shared.program.tracks) == 1
    assert shared.columns == {"purchases": ("local_day", "amount_cents")}


def test_an_absent_column_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(PlanRefused, match='Did you mean "amount_cents"') as fault:
        plan(Total(LINES, "amount_cent"))
    assert fault.value.expected == 'a column "amount_cent" in the table purchases'


def test_an_absent_table_is_refused() -> None:
    with pytest.raises(PlanRefused, match=r"a table visits; found none"):
        plan(Count(Events("visits")))


def test_a_condition_on_an_absent_column_is_refused() -> None:
    with pytest.raises(PlanRefused, match='a column "margin"'):
        plan(Count(LINES.also("margin", ">", 0)))


def test_a_number_column_compared_with_a_text_is_refused() -> None:
    with pytest.raises(PlanRefused, match="compared with a whole number; found the text 'much'"):
        plan(Count(LINES.also("amount_cents", "=", "much")))


def test_more_conditions_than_a_mask_can_hold_are_refused() -> None:
    values = [Count(LINES.also("amount_cents", ">", cents)) for cents in range(63)]

    assert len(plan(*values[:62]).program.conditions) == 62
    with pytest.raises(PlanRefused, match="at most 62 different conditions"):
        plan(*values)


def test_different_entries_cannot_be_counted_under_a_condition_that_changes() -> None:
    settled = Events("contacts").once("resolved_seconds")

    assert plan(Count(settled)).feature_names == ("x0_count_lifetime",)
    with pytest.raises(PlanRefused, match="a condition that depends on the cutoff"):
        plan(Distinct(settled, "channel"))


def test_a_value_the_kernel_does_not_know_is_refused() -> None:
    class Median(Largest):
        pass

    class Unheard(Value):
        def named(self, subject: str) -> str:
            return subject

    assert plan(Median(LINES, "amount_cents")).feature_names == ("x0_max_lifetime",)
    with pytest.raises(PlanRefused, match="a value the kernel knows; found Unheard"):
        plan(Unheard())


def test_two_features_of_one_name_are_refused() -> None:
    with pytest.raises(PlanRefused, match="repeated: x_count_lifetime"):
        plan_of([asking(Count(LINES)), asking(Count(LINES.also("item", "=", "hat")))], PACK)


def test_an_unknown_reason_group_is_refused() -> None:
    stray = asking(Count(LINES), group=ReasonGroup("weather", "The weather"))

    with pytest.raises(PlanRefused, match="found weather"):
        plan_of([asking(SinceLast(LINES), group=TENURE), stray], PACK)


def test_a_company_without_any_known_table_is_refused_with_advice() -> None:
    empty = pack_of({})

    with pytest.raises(PlanRefused, match="Map the table of purchases"):
        standard_plan(replace(empty, streams={}))


def test_making_a_plan_does_not_load_numba() -> None:
    code = (
        "import sys, features.vectors.vectors, features.plan.dictionary;"
        "features.plan.dictionary.full_plan();"
        "sys.exit('numba' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False).returncode == 0
