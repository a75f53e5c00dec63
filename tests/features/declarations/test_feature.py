from __future__ import annotations

import pytest

from features.behaviour.groups import SPEND
from features.declarations.events import Events
from features.declarations.feature import declare, windowed
from features.declarations.values import SinceLast, Total
from features.vocabulary.errors import PlanRefused
from features.vocabulary.time import Window

BOUGHT = Events("purchases").also("quantity_milli", ">", 0)


def test_a_windowed_declaration_words_its_window() -> None:
    week, past = windowed(
        "spend",
        Total(BOUGHT, "amount_cents"),
        meaning="Spent {window}.",
        unit="cents",
        group=SPEND,
        said="{value} {window}",
        missing="Zero.",
        windows=(Window(7), Window(None)),
    )

    assert (week.feature.name, week.feature.said) == ("spend_sum_7d", "{value} in the last 7 days")
    assert (past.feature.name, past.feature.meaning) == ("spend_sum_lifetime", "Spent so far.")


def test_a_clause_without_a_place_for_the_value_is_refused() -> None:
    with pytest.raises(PlanRefused, match="Correct `said` of days_since_order"):
        declare(
            "order",
            SinceLast(BOUGHT),
            meaning="Days.",
            unit="days",
            group=SPEND,
            said="long ago",
            missing="Never.",
        )
