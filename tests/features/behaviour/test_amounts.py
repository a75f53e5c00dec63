"""Where no purchase says what was paid, nothing is computed of money; all else is as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.declarations.buying import BuyingModel
from features.plan.plan import standard_plan
from features.store.pack import Pack
from tests.builders import line, pack_of

_ABOUT_MONEY = ("spend", "price", "entropy", "top_share", "discount_share")


def sold(*amounts: float) -> Pack:
    bought = [
        line(f"2026-01-{day:02d}", amount, category="tea", brand="Vale")
        for day, amount in enumerate(amounts, start=1)
    ]
    return pack_of({"anna": bought})


def test_money_is_known_as_soon_as_one_line_says_what_was_paid() -> None:
    assert sold(0.0, 0.0, 0.01).money_is_known and sold(-0.01, 0.0).money_is_known
    assert not sold(0.0, 0.0).money_is_known
    # Where there are no lines yet nothing speaks against it.
    assert sold().money_is_known
    assert not replace(sold(5.0), streams={}).money_is_known


def test_amounts_are_looked_for_to_the_very_end() -> None:
    pack = sold(0.0, 0.0)
    stream = pack.streams["purchases"]
    amounts = np.zeros((1 << 20) + 1, np.int64)
    for place, is_known in ((None, False), (len(amounts) - 1, True)):
        if place is not None:
            amounts[place] = 1
        columns = {**stream.columns, "amount_cents": amounts}
        streams = {"purchases": replace(stream, columns=columns)}
        assert replace(pack, streams=streams).money_is_known is is_known


@pytest.mark.parametrize("with_buying", [False, True])
def test_without_money_all_features_of_money_are_left_out_and_no_others(with_buying: bool) -> None:
    buying = BuyingModel(0.243, 30.9, 0.793, 2.426) if with_buying else None
    known, unknown = (set(standard_plan(one, buying).feature_names) for one in (sold(5.0), sold(0)))
    assert unknown < known
    left_out = known - unknown
    assert {"spend_sum_365d", "order_spend_mean_90d", "piece_price_mean_365d"} <= left_out
    assert {"category_tea_spend_share_365d", "category_top_share_365d"} <= left_out
    assert [one for one in unknown if any(word in one for word in _ABOUT_MONEY)] == []
    assert {"orders_count_365d", "days_since_order", "categories_count_365d"} <= unknown


def test_the_program_without_money_reads_no_amounts() -> None:
    assert "amount_cents" in standard_plan(sold(5.0)).columns["purchases"]
    assert "amount_cents" not in standard_plan(sold(0.0)).columns["purchases"]
