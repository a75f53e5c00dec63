"""Everybody's reasons in one table are those each customer is told."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.training.reasons.test_reasons import GROUPS, WIDTH, WORDS
from training.reasons.explanation import explain_all
from training.reasons.flat import PLACES, flat_reasons
from training.reasons.points import Points, leading_features


@settings(max_examples=40)
@given(seed=some.integers(0, 2**32 - 1), rows=some.integers(1, 9))
def test_the_table_says_what_each_explanation_says(seed: int, rows: int) -> None:
    draw = np.random.default_rng(seed)
    values = draw.choice([0, 1, 2.5, 41, 400, 123_456], (rows, WIDTH)).astype(np.float32)
    values[draw.random(values.shape) < 0.2] = np.nan
    by_group = draw.normal(0, draw.choice([0.1, 1, 6]), (rows, GROUPS))
    wording = WORDS["en"]
    leading = leading_features(
        draw.normal(size=(rows, WIDTH)), wording.group_of, by_group, wording.sayable(values)
    )
    points = Points(0.4 + by_group.sum(axis=1) / 100, 0.4, by_group)
    table = flat_reasons(points, leading, values, wording, [f"c{row}" for row in range(rows)])
    told = explain_all(points, leading, values, wording)
    for line, one in zip(table.to_pylist(), told, strict=True):
        assert (line["risk_percent"], line["base_percent"]) == (
            one.shown_probability,
            one.shown_base,
        )
        assert line["other_points"] == one.shown_other
        for place in range(PLACES):
            reason = one.reasons[place] if place < len(one.reasons) else None
            found = [line[f"{name}_{place + 1}"] for name in ("reason", "points", "text")]
            expected = [reason.title, reason.shown_points, reason.text] if reason else [None] * 3
            assert found == expected


def test_nobody_is_a_table_without_lines() -> None:
    points = Points(np.empty(0), 0.2, np.empty((0, GROUPS)))
    nothing = np.empty((0, GROUPS), np.int16)
    table = flat_reasons(points, nothing, np.empty((0, WIDTH), np.float32), WORDS["de"], [])
    assert table.num_rows == 0 and "text_6" in table.column_names
