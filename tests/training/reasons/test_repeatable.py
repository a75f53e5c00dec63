"""A reason is what an adviser may repeat: an observation, told once, never against its own direction."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from features.behaviour.groups import RHYTHM
from features.behaviour.purchases import ORDERS
from features.declarations import Buying, Ratio, StillBuying, Value, declare
from features.declarations.feature import Feature, ReasonGroup
from features.plan.dictionary import full_plan
from training.bundles.own_plan import feature_of
from training.reasons.claims import claims_about
from training.reasons.explanation import Explanation, explain_all, main_raising
from training.reasons.languages.known import LANGUAGES
from training.reasons.peers import Peers
from training.reasons.points import Points, leading_features
from training.reasons.sentences import DIRECTIONS
from training.reasons.wording import Wording

PLAN = full_plan()
NAMES, WIDTH = PLAN.feature_names, len(PLAN.features)
ESTIMATES = [one for one in PLAN.declarations if one.feature.said_as == "estimate"]


def asks_a_model(value: Value) -> bool:
    return isinstance(value, Buying) or any(asks_a_model(one) for one in value.parts())


def test_whatever_asks_a_model_is_an_estimate_and_nothing_else_is() -> None:
    for one in PLAN.declarations:
        assert (one.feature.said_as == "estimate") is asks_a_model(one.value), one.feature.name
    assert len(ESTIMATES) == 9


def test_what_is_made_of_an_estimate_is_one_whatever_the_declaration_says() -> None:
    still = next(one.value for one in PLAN.declarations if isinstance(one.value, StillBuying))
    made = declare(
        "odd", Ratio(still, ORDERS), meaning="", unit="share", group=RHYTHM, said="{value}",
        missing="", said_as="fact",
    )  # fmt: skip
    assert made.feature.said_as == "estimate"


@pytest.mark.parametrize("name", [one.feature.name for one in ESTIMATES])
def test_what_is_said_of_an_estimate_names_what_the_customer_did(name: str) -> None:
    for direction in DIRECTIONS:
        for claim, _ in claims_about(name, direction):
            named = set(re.findall(r"\{(\w+)\}", claim.text + claim.at_zero))
            assert named and not named & {"value", "share", "size"}
            assert not named & {one.feature.name for one in ESTIMATES}


@pytest.mark.parametrize("code", sorted(LANGUAGES))
@pytest.mark.parametrize("name", [one.feature.name for one in ESTIMATES])
def test_no_estimate_is_ever_read_out(name: str, code: str) -> None:
    # No feature else is known, so that nothing but the estimate could be told.
    row = np.full(WIDTH, np.nan, np.float32)
    row[NAMES.index(name)] = 0.97
    words = Wording(PLAN.features, PLAN.groups, np.zeros(WIDTH, np.float32), "EUR", LANGUAGES[code])
    for direction in DIRECTIONS:
        assert words.sentence(NAMES.index(name), direction, row).text == ""


def test_a_bundle_of_before_tells_no_estimates_either() -> None:
    for one in PLAN.features:
        written = {key: value for key, value in vars(one).items() if key != "said_as"}
        before = feature_of(written)
        # What was a plain fact then and is none now may still be told of it.
        assert before.said_as == one.said_as or (before.said_as, one.said_as) == (
            "fact",
            "comparison",
        )
        assert (before.said_as == "estimate") is (one.said_as == "estimate")


def features(*said: tuple[str, str, str, str]) -> list[Feature]:
    return [Feature(name, "", unit, group, "now", "", clause) for name, unit, group, clause in said]


SHOP = features(
    ("days_since_order", "days", "rhythm", "last order {value} ago"),
    ("gap_mean_days", "days", "rhythm", "usually buys every {value}"),
    ("orders_count_90d", "orders", "frequency", "{value} orders in the last 90 days"),
    ("spend_sum_90d", "cents", "spend", "spent {value} in the last 90 days"),
    ("contact_visit_count_90d", "count", "interest", "{value} visits in the last 90 days"),
    ("contracts_count", "count", "contract", "{value} contracts running"),
)
GROUPS = [
    ReasonGroup(name, name) for name in ("rhythm", "frequency", "spend", "interest", "contract")
]
LEADING = np.array([[0, 2, 3, 4, 5]], np.int16)
USUAL = np.array([15, 20, 3, 9_000, 4, 0], np.float32)
#: The longer silent the higher the risk; the more orders, money and visits the lower.
WAYS = np.array([1, 1, -1, -1, -1, 0], np.int8)
WORDS = Wording(SHOP, GROUPS, Peers(USUAL[None, :], -1, WAYS), "EUR")


def explained(points: list[float], row: list[float], words: Wording = WORDS) -> Explanation:
    probability = 0.2 + sum(points) / 100
    given = Points(np.array([probability]), 0.2, np.array([points]))
    return explain_all(given, LEADING, np.array([row], np.float32), words)[0]


def texts(found: Explanation) -> list[str]:
    return [one.text for one in found.reasons]


def test_a_silence_is_told_once_with_all_its_points() -> None:
    found = explained([9.0, 6.0, 5.0, 3.0, 0.0], [111, 20, 0, 0, 0, 0])
    assert texts(found) == [
        "Silent for 111 days; usually buys every 20 days",
        "No visits in the last 90 days (typical: 4)",
    ]
    first = found.reasons[0]
    assert (first.points, first.joined) == (20.0, ("frequency", "spend"))
    assert found.other_points == pytest.approx(0.0, abs=1e-9)


def test_what_joins_a_silence_may_make_it_the_first_reason() -> None:
    found = explained([4.0, 3.0, 2.0, 6.0, 0.0], [111, 20, 0, 0, 0, 0])
    assert [(one.group, one.points) for one in found.reasons] == [
        ("rhythm", 9.0),
        ("interest", 6.0),
    ]


def test_what_lowers_a_risk_is_not_joined_to_a_silence() -> None:
    found = explained([9.0, -3.0, 0.0, 0.0, 0.0], [111, 20, 7, 0, 0, 0])
    assert [one.joined for one in found.reasons] == [(), ()]


@pytest.mark.parametrize(
    ("visits", "points", "said"),
    [
        (1, 3.0, ["1 visit in the last 90 days (typical: 4)"]),
        (9, -3.0, ["9 visits in the last 90 days (typical: 4)"]),
        (9, 3.0, []),
        (1, -3.0, []),
        (4, 3.0, ["4 visits in the last 90 days"]),
    ],
)
def test_a_comparison_never_speaks_against_its_direction(
    visits: int, points: float, said: list[str]
) -> None:
    assert texts(explained([0, 0, 0, points, 0], [5, 20, 5, 100, visits, 0])) == said


def test_a_fact_that_goes_no_way_among_customers_is_told_without_a_comparison() -> None:
    words = Wording(SHOP, GROUPS, Peers(USUAL[None, :], -1, np.zeros(6, np.int8)), "EUR")
    found = explained([0, 0, 0, 3.0, 0], [5, 20, 5, 100, 9, 0], words)
    assert texts(found) == ["9 visits in the last 90 days"]


def test_a_bundle_that_knows_no_ways_compares_as_it_did() -> None:
    words = Wording(SHOP, GROUPS, USUAL, "EUR")
    found = explained([0, 0, 0, 3.0, 0], [5, 20, 5, 100, 9, 0], words)
    assert texts(found) == ["9 visits in the last 90 days (typical: 4)"]


def test_what_nobody_has_is_no_news() -> None:
    found = explained([9.0, 0, 0, 0, 4.0], [111, 20, 5, 100, 9, 0])
    assert [one.group for one in found.reasons] == ["rhythm"]
    assert found.other_points == pytest.approx(4.0)
    running = explained([9.0, 0, 0, 0, 4.0], [111, 20, 5, 100, 9, 2])
    assert texts(running)[1] == "2 contracts running"


def test_no_reason_is_a_bare_title() -> None:
    # The contract's feature is unknown: its points are among the rest.
    found = explained([0, 0, 0, 0, 8.0], [5, 20, 5, 100, 9, float("nan")])
    assert (found.reasons, found.withheld) == ((), 0)
    assert found.other_points == pytest.approx(8.0)
    assert found.shown_base + found.shown_other == pytest.approx(found.shown_probability)


@settings(max_examples=40)
@given(seed=some.integers(0, 2**32 - 1), rows=some.integers(1, 12))
def test_the_main_reasons_are_the_first_three_that_are_shown(seed: int, rows: int) -> None:
    draw = np.random.default_rng(seed)
    values = draw.choice([0, 1, 2.5, 41, 400, 123_456], (rows, WIDTH)).astype(np.float32)
    values[draw.random(values.shape) < 0.2] = np.nan
    peers = Peers(
        np.vstack([np.arange(WIDTH) % 7 + one for one in range(4)]).astype(np.float32),
        NAMES.index("days_since_first_order"),
        draw.integers(-1, 2, WIDTH).astype(np.int8),
    )
    context = [replace(one, actionable=draw.choice(["now", "context"])) for one in PLAN.features]
    words = Wording(context, PLAN.groups, peers, "EUR")
    by_group = draw.normal(0, 5, (rows, len(PLAN.groups)))
    sayable = words.sayable(values)
    leading = leading_features(draw.normal(size=values.shape), words.group_of, by_group, sayable)
    main = main_raising(by_group, leading, sayable, values, words)
    points = Points(0.2 + by_group.sum(axis=1) / 100, 0.2, by_group)
    for row, found in enumerate(explain_all(points, leading, values, words)):
        first = {one.group for one in found.raising[:3]}
        marked = {words.groups[place].name for place in np.flatnonzero(main[row])}
        assert marked == first
        assert all(one.text for one in found.reasons)
        assert len(set(texts(found))) == len(found.reasons)
