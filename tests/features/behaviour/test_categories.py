"""Where the money goes: which categories and brands have features of their own, and their shares."""

from __future__ import annotations

import random

import pytest

from features.behaviour.categories import LARGEST_CATEGORIES
from features.behaviour.frequent import most_frequent
from features.plan.plan import standard_plan
from features.vectors.vectors import build_vectors
from tests.builders import Line, at, line, pack_of, returned

BOUGHT: list[Line] = [
    # when         spend
    line("2025-03-01", 60.00, category="tea", brand="Vale"),
    line("2026-01-05", 30.00, category="tea", brand="Vale"),
    line("2026-01-06", 10.00, category="cups", brand="Thorn"),
    line("2026-01-07", 20.00, category=None, brand="Vale"),
    returned("2026-01-08", 10.00),
]


def test_the_share_of_each_category_and_brand_by_hand() -> None:
    pack = pack_of({"anna": BOUGHT})
    vectors = build_vectors(pack, standard_plan(pack), [at("2026-02-01")])

    expected = {
        "category_tea_spend_share_90d": 30 / 60,  # a line without a category is money spent too
        "category_cups_spend_share_90d": 10 / 60,
        "category_tea_spend_share_lifetime": 90 / 120,
        "brand_vale_spend_share_90d": 50 / 60,
        "brand_thorn_spend_share_365d": 10 / 120,
        "brands_count_90d": 2,
    }
    assert {name: vectors.column(name)[0] for name in expected} == pytest.approx(expected)


def test_the_largest_have_the_most_lines_and_of_equals_come_first_in_the_alphabet() -> None:
    names = ["z", "m", "b", "a"]
    lines = [line("2026-01-01", category=name) for name in names for _ in range(2)]
    lines.append(line("2026-01-01", category="z"))
    stream = pack_of({"anna": lines}).streams["purchases"]

    assert most_frequent(stream, "category", 1) == ["z"]
    assert most_frequent(stream, "category", 3) == ["a", "b", "z"]
    assert most_frequent(stream, "category", 9) == ["a", "b", "m", "z"]


def test_which_are_the_largest_depends_neither_on_the_order_of_rows_nor_on_a_change_of_rank() -> (
    None
):
    lines = [line("2026-01-01", category=f"c{n:02d}") for n in range(14) for _ in range(n + 1)]
    shuffled = random.Random(4).sample(lines, len(lines))
    more = [*lines, *(line("2026-01-01", category="c12") for _ in range(5))]
    plans = [standard_plan(pack_of({"anna": one})) for one in (lines, shuffled, more)]

    assert len({plan.hash for plan in plans}) == 1
    shown = [one for one in plans[0].feature_names if one.startswith("category_c")]
    assert len(shown) == 3 * LARGEST_CATEGORIES
    assert shown[0] == "category_c04_spend_share_90d"


def test_a_company_with_many_of_everything_still_fits_a_plan() -> None:
    lines = [
        line(
            "2026-01-01",
            discount=1.0,
            category=f"c{n}",
            brand=f"b{n}",
            department=f"d{n}",
            channel=f"way {n}",
        )
        for n in range(40)
    ]

    plan = standard_plan(pack_of({"anna": lines}))

    assert len(plan.program.conditions) <= 62
    assert len(plan.features) >= 320
