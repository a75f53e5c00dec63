"""Many customers' reasons at once are each customer's own."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as some

from features.declarations.feature import Feature, ReasonGroup
from features.plan.dictionary import full_plan
from training.reasons.explanation import Reasons, explain_all
from training.reasons.languages.known import LANGUAGES
from training.reasons.peers import Peers
from training.reasons.points import Points, leading_features
from training.reasons.wording import Wording

PLAN = full_plan()
WIDTH, GROUPS = len(PLAN.features), len(PLAN.groups)
WORDS = {
    code: Wording(
        PLAN.features,
        PLAN.groups,
        Peers(np.vstack([np.arange(WIDTH) % 7 + one for one in range(4)]).astype(np.float32),
              PLAN.feature_names.index("days_since_first_order")),
        "EUR",
        language,
    )
    for code, language in LANGUAGES.items()
}  # fmt: skip


@settings(max_examples=30)
@given(
    seed=some.integers(0, 2**32 - 1),
    rows=some.integers(1, 12),
    code=some.sampled_from(["en", "de"]),
)
def test_a_customer_alone_is_told_what_they_are_told_among_others(
    seed: int, rows: int, code: str
) -> None:
    draw = np.random.default_rng(seed)
    values = draw.choice([0, 1, 2.5, 41, 400, 123_456], (rows, WIDTH)).astype(np.float32)
    values[draw.random(values.shape) < 0.2] = np.nan
    by_group = draw.normal(0, 5, (rows, GROUPS))
    contributions = draw.normal(size=(rows, WIDTH))
    wording = WORDS[code]
    leading = leading_features(contributions, wording.group_of, by_group, wording.sayable(values))
    points = Points(0.2 + by_group.sum(axis=1) / 100, 0.2, by_group)
    together = explain_all(points, leading, values, wording)
    for row in range(rows):
        one = slice(row, row + 1)
        alone = Points(points.probability[one], 0.2, by_group[one])
        assert explain_all(alone, leading[one], values[one], wording) == [together[row]]


def test_a_sentence_the_facts_contradict_gives_way_to_the_next_that_holds() -> None:
    names = PLAN.feature_names
    silent, orders = names.index("days_since_order"), names.index("gap_max_days")
    values = np.full((1, WIDTH), np.nan, np.float32)
    # Silent for less than the usual gap: that cannot be said to raise the risk.
    values[0, [silent, names.index("gap_mean_days"), orders]] = 5, 12, 30
    contributions = np.zeros((1, WIDTH))
    contributions[0, silent], contributions[0, orders] = 2.0, 1.0
    rhythm = [group.name for group in PLAN.groups].index("rhythm")
    by_group = np.zeros((1, GROUPS))
    by_group[0, rhythm] = 10.0
    wording = WORDS["en"]
    plain = leading_features(contributions, wording.group_of, by_group)
    chosen = leading_features(contributions, wording.group_of, by_group, wording.sayable(values))
    assert (plain[0, rhythm], chosen[0, rhythm]) == (silent, orders)
    withheld = Reasons.of(by_group, plain, values, wording)
    assert (withheld.texts, withheld.withheld) == ([], [(silent, "raises")])
    found = Reasons.of(by_group, chosen, values, wording)
    assert found.withheld == []
    assert found.texts[0].startswith("Longest pause so far 30 days")


def test_reasons_within_a_tenth_of_one_another_are_of_similar_weight() -> None:
    features = [
        Feature(f"f{one}", "", "count", f"g{one}", "now", "", "{value} of it") for one in range(4)
    ]
    groups = [ReasonGroup(f"g{one}", f"Group {one}") for one in range(4)]
    words = Wording(features, groups, np.full(4, np.nan, np.float32), "EUR")
    by_group, leading = np.array([[10.0, 9.1, 8.0, -8.0]]), np.arange(4)[None, :]
    found = Reasons.of(by_group, leading, np.arange(1, 5, dtype=np.float32)[None, :], words)
    assert found.similar.tolist() == [False, True, False, False]


def test_a_plain_fact_leads_before_an_entropy_that_pushes_more() -> None:
    names = PLAN.feature_names
    spread, bought = names.index("category_entropy_365d"), names.index("categories_count_365d")
    values = np.full((1, WIDTH), np.nan, np.float32)
    values[0, [spread, bought]] = 0.2, 1
    contributions = np.zeros((1, WIDTH))
    contributions[0, spread], contributions[0, bought] = 2.0, 0.5
    wording = WORDS["en"]
    group = int(wording.group_of[spread])
    by_group = np.zeros((1, GROUPS))
    by_group[0, group] = 10.0
    sayable = wording.sayable(values)
    assert leading_features(contributions, wording.group_of, by_group, sayable)[0, group] == bought
    # Where nothing plainer pushes the same way nothing is said.
    contributions[0, bought] = -0.5
    leading = leading_features(contributions, wording.group_of, by_group, sayable)
    assert leading[0, group] == spread
    assert Reasons.of(by_group, leading, values, wording).texts == []
