"""A plan fits in a link: what the link says comes back from it, and what it cannot mean is taken as not asked."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.vocabulary.time import Cutoff
from serving.campaigns.plannable import PlanLimits
from serving.pages.campaigns.plan_query import PlanQuery
from serving.pages.list_query import STATUSES
from training.actions.actions import TITLES

numbers = st.none() | st.integers(0, 10**9)
queries = st.builds(
    PlanQuery,
    budget=numbers,
    most=st.none() | st.integers(1, 10**9),
    capacities=st.dictionaries(st.sampled_from([*TITLES]), st.integers(0, 10**9)),
    contacts=st.sets(st.sampled_from([*TITLES])).map(
        lambda some: tuple(one for one in TITLES if one in some)
    ),
    statuses=st.sets(st.sampled_from([*STATUSES])).map(
        lambda some: tuple(one for one in STATUSES if one in some)
    ),
    hold_out=st.none() | st.integers(0, 90),
    days=st.none() | st.integers(1, 365),
    starts=st.sampled_from(["", "2026-12-01"]),
)


def parsed(link: str) -> PlanQuery:
    return PlanQuery.parse(parse_qsl(urlsplit(link).query, keep_blank_values=True))


@given(queries)
def test_a_link_says_the_whole_plan(query: PlanQuery) -> None:
    assert parsed(query.link()) == query


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["budget", "most", "call", "contact", "status", "hold_out", "days", "starts", "x"]
            ),
            st.text(max_size=12),
        )
    )
)
def test_any_link_means_some_plan(sent: list[tuple[str, str]]) -> None:
    query = PlanQuery.parse(sent)
    assert parsed(query.link()) == query
    assert query.limits([*TITLES], 10).hold_out_percent <= 90


@pytest.mark.parametrize(
    "link",
    [
        "/plan?budget=&most=&call=", "/plan?budget=-5", "/plan?budget=1e3", "/plan?most=0", "/plan?hold_out=91",
        "/plan?days=0", "/plan?days=366", "/plan?starts=tomorrow", "/plan?starts=2026-13-01", "/plan?status=asleep",
        "/plan?contact=fax", "/plan?fax=5", "/plan?starts=1850-01-01",
    ],
)  # fmt: skip
def test_what_a_link_cannot_mean_is_not_asked(link: str) -> None:
    assert parsed(link) == PlanQuery() and parsed(link).link() == "/plan"


def test_a_budget_is_in_whole_units_and_its_limits_in_cents() -> None:
    query = parsed(
        "/plan?budget=20&most=5&call=3&letter=4&contact=mail&contact=call&status=at_risk"
    )
    assert query.limits(["call", "mail"], 15) == PlanLimits(
        2_000, 5, {"call": 3}, ("call", "mail"), ("at_risk",), 15
    )
    assert parsed("/plan?hold_out=0").limits([], 15).hold_out_percent == 0
    assert parsed("/plan?starts=2026-12-01").first_day == Cutoff.parse("2026-12-01")
