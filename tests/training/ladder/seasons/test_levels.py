"""What the seasons of made-up companies say of the level, read off their own tables."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from features.plan.plan import standard_plan
from features.store.pack import Pack
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.time import DAY_SECONDS, Cutoff, Horizon
from tests.training.companies import START, pack_of_orders, spend
from training.datasets.splits import OriginSplit, Split, Splits, rolling_origins
from training.families.value.dataset import money_after
from training.ladder.seasons.choice import BOTH, SEASON, LevelChoice
from training.ladder.seasons.levels import (
    NO_SEASONS,
    SeasonLevels,
    chance_levels,
    money_levels,
    series_cutoffs,
)
from training.questions.buying import Inactivity

HORIZON = Horizon(90)
ASKED = Inactivity(90, 0, minimum_orders=2, active_within_days=180)
YEARS_3, YEAR_1 = 1_095, 440


def company(days: int, *, swing: float, customers: int = 500, seed: int = 3) -> Pack:
    """Customers who buy every 80 days on average, in one half of the year more often and in the other less."""
    random = np.random.default_rng(seed)
    rate = (1 + swing * np.sin(2 * np.pi * np.arange(days) / 365)) / 80.0
    stays = random.geometric(1 / 900.0, customers)
    begins = random.integers(-300, days - 60, customers)
    rows: list[tuple[int, int]] = []
    for key in range(customers):
        first = max(begins[key], 0)
        last = max(first, min(begins[key] + stays[key], days))
        ordered = first + np.flatnonzero(random.random(last - first) < rate[first:last])
        rows += [(key, (START + int(day)) * DAY_SECONDS + 3_600) for day in ordered]
    rows.append((0, (START + days) * DAY_SECONDS - 60))
    return pack_of_orders(rows, customers, seed)


def splits_of(pack: Pack, days: int) -> Splits:
    first = int(np.min(pack.streams["purchases"].seconds))
    return rolling_origins(first, Cutoff((START + days) * DAY_SECONDS), HORIZON, origins=12)


def everything(splits: Splits) -> list[Split]:
    return [*splits.tests, splits.shipped]


def of_chances(pack: Pack, days: int) -> tuple[SeasonLevels, Splits]:
    splits = splits_of(pack, days)
    levels = chance_levels(pack, standard_plan(pack), ASKED, everything(splits), splits.horizon)
    return levels, splits


@pytest.fixture(scope="module")
def seasonal() -> Pack:
    return company(YEARS_3, swing=0.8)


def test_a_company_of_strong_seasons_is_told_the_level_of_the_season_ahead(seasonal: Pack) -> None:
    levels, splits = of_chances(seasonal, YEARS_3)
    turned = splits.tests[1]  # a full half-year stands behind it, an empty one ahead
    assert isinstance(turned, OriginSplit)
    found = levels.choices[turned.name]
    assert found.seen_twice and found.trials >= 3 and found.rule in (SEASON, BOTH)
    # Who is silent in the half of the year without orders is still there: the level must fall towards the other half.
    moved = _silent(seasonal, turned.test) - _silent(seasonal, turned.calibration)
    assert math.copysign(1, found.over_newest) == math.copysign(1, moved)
    assert abs(found.over_newest) > 0.3 * abs(moved)


def _silent(pack: Pack, cutoff: Cutoff | None) -> float:
    """The log-odds of no order in the horizon among those with an order in the half-year before."""
    assert cutoff is not None
    stream = pack.streams["purchases"]
    owners = np.repeat(np.arange(pack.customers), np.diff(stream.offsets))
    away = (np.asarray(stream.seconds) - cutoff.seconds) / DAY_SECONDS
    asked = np.unique(owners[(away < 0) & (away >= -180)])
    share = 1.0 - np.isin(asked, owners[(away >= 0) & (away < 90)]).mean()
    return float(math.log(share / (1 - share)))


def test_without_seasons_the_level_is_hardly_moved() -> None:
    levels, _ = of_chances(company(YEARS_3, swing=0.0), YEARS_3)
    assert all(abs(one.over_newest) < 0.35 for one in levels.choices.values())


def test_what_comes_after_a_test_changes_nothing_of_what_is_said_of_its_level(
    seasonal: Pack,
) -> None:
    splits = splits_of(seasonal, YEARS_3)
    earliest = splits.tests[-1]
    assert isinstance(earliest, OriginSplit) and earliest.test is not None
    until = earliest.test.seconds
    stream = seasonal.streams["purchases"]
    owners = np.repeat(np.arange(seasonal.customers), np.diff(stream.offsets))
    seconds = np.asarray(stream.seconds)
    # Whatever is ordered after the test is ordered at the very end, so that the calendar ends where it did.
    moved = np.where(seconds < until, seconds, seconds.max())
    rows = [(int(owner), int(second)) for owner, second in zip(owners, moved, strict=True)]
    shortened = pack_of_orders(rows, seasonal.customers, 3)
    plan = standard_plan(seasonal)
    told, again = (
        chance_levels(pack, plan, ASKED, everything(splits), splits.horizon).choices[earliest.name]
        for pack in (seasonal, shortened)
    )
    assert told.rule == again.rule
    assert told.over_newest == pytest.approx(again.over_newest, abs=1e-6)


def test_in_one_year_no_season_is_seen_twice_and_the_card_says_so() -> None:
    levels, splits = of_chances(company(YEAR_1, swing=0.8), YEAR_1)
    assert [levels.choices[one.name].seen_twice for one in everything(splits)] == [False] * len(
        everything(splits)
    )
    assert all(levels.over_newest(one) == 0.0 for one in everything(splits))
    assert levels.notes[0].startswith("one year: no season seen twice")


def test_a_horizon_of_a_year_holds_every_season(seasonal: Pack) -> None:
    splits = splits_of(seasonal, YEARS_3)
    plan = standard_plan(seasonal)
    assert chance_levels(seasonal, plan, ASKED, splits.tests, Horizon(360)) is NO_SEASONS
    assert "2026-01-01" not in NO_SEASONS.choices and NO_SEASONS.notes == ()


def test_what_customers_bring_is_told_by_seasons_too(seasonal: Pack) -> None:
    splits = splits_of(seasonal, YEARS_3)
    purchases, cents = seasonal.streams["purchases"], spend(seasonal).cents

    def amounts(vectors: Vectors) -> Floats:
        keys, cutoffs = vectors.customer_keys, vectors.cutoff_seconds
        return money_after(purchases, cents, keys, cutoffs, HORIZON)

    first = int(np.min(purchases.seconds))
    plan = standard_plan(seasonal)
    levels = money_levels(seasonal, plan, amounts, everything(splits), HORIZON, first)
    turned = splits.tests[1]  # a full half-year stands behind it, an empty one ahead
    assert isinstance(turned, OriginSplit) and turned.test is not None
    found = levels.choices[turned.name]
    brought = _brought(seasonal, cents, [turned.calibration, turned.test])
    assert found.seen_twice and found.rule in (SEASON, BOTH)
    assert found.over_newest * math.log(brought[1] / brought[0]) > 0


def _brought(pack: Pack, cents: Floats, cutoffs: Sequence[Cutoff]) -> list[float]:
    seconds = np.asarray(pack.streams["purchases"].seconds)
    inside = [(seconds >= one.seconds) & (seconds < HORIZON.end(one).seconds) for one in cutoffs]
    return [float(cents[one].sum()) for one in inside]


def test_the_cutoffs_of_a_series_are_a_month_apart_and_those_of_the_splits_are_among_them() -> None:
    newest = Cutoff(1_000 * DAY_SECONDS)
    days = [one.seconds // DAY_SECONDS for one in series_cutoffs(newest, 97, 0)]
    assert {1_000 - 97 * one for one in range(9)} <= set(days)
    assert min(days) >= 180 and set(np.diff(days)) <= {32, 33}
    assert series_cutoffs(newest, 97, newest.seconds) == []


def test_a_test_is_told_whether_its_season_was_seen_and_others_are_left_as_they_are() -> None:
    levels = SeasonLevels({"2026-01-01": LevelChoice(SEASON, 0.2, {}, 3, seen_twice=True)})
    told = levels.with_season_seen({"2026-01-01": {"bias": 0.1}, "2025-10-01": {"bias": 0.2}})
    assert told == {
        "2026-01-01": {"bias": 0.1, "season_seen": True},
        "2025-10-01": {"bias": 0.2},
    }
