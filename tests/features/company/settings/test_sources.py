"""Files joined to a table's own: what of them is refused when the settings are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from features.company.settings.reading import settings_from
from features.vocabulary.errors import SettingsRefused

COLUMNS = {
    name: name
    for name in ("customer_id", "order_id", "ordered_at", "item_id", "quantity", "amount")
}


def joined(join: Any) -> Any:
    table = {"source": "lines.csv", "columns": COLUMNS, "join": join}
    return settings_from({"tables": {"purchases": table}}, folder=Path()).tables["purchases"].join


def test_a_joined_file_has_settings_of_its_own() -> None:
    said = joined({"orders": {"source": "o.csv", "on": "order_id", "decimal": ","}})["orders"]
    assert (said.source, said.on, said.own_key, said.decimal) == (
        "o.csv",
        "order_id",
        "order_id",
        ",",
    )


def test_its_key_may_have_another_name() -> None:
    said = joined({"orders": {"source": "o.csv", "on": "order_id", "key": "id"}})["orders"]
    assert said.own_key == "id"


@pytest.mark.parametrize(
    ("join", "expected", "found"),
    [
        ({"orders": {"source": "o.csv"}}, "[tables.purchases.join.orders]", "none"),
        ({"orders": {"on": "id"}}, "a source for [tables.purchases.join.orders]", "none"),
        (
            {"orders": {"source": "sqlite:///x.db#o", "on": "id"}},
            "files for tables.purchases.join.orders.source",
            "the address of a database",
        ),
        (
            {"orders": {"source": "o.csv", "on": "id", "keys": "id"}},
            "a setting of [tables.purchases.join.orders]",
            'unknown setting "keys"',
        ),
        (
            {"orders": {"source": "o.csv", "on": "id", "decimal": "x"}},
            ". or , for tables.purchases.join.orders.decimal",
            "'x'",
        ),
        ({"my orders": {"source": "o.csv", "on": "id"}}, "a plain name", '"my orders"'),
        ("o.csv", "a section for tables.purchases.join", "'o.csv'"),
        ({"orders": "o.csv"}, "a section for tables.purchases.join.orders", "'o.csv'"),
    ],
)
def test_a_join_that_cannot_be_used_is_refused_by_its_place(
    join: Any, expected: str, found: str
) -> None:
    with pytest.raises(SettingsRefused) as fault:
        joined(join)
    assert expected in fault.value.expected
    assert found in fault.value.found
