"""Who the tables belong to, and what a mapping of a table must and must not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.company.settings.company import TableMapping
from features.company.settings.reading import settings_from
from features.vocabulary.errors import SettingsRefused


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "English",
            "Expected en or de for company.language; found 'English'. Known names: en, de.",
        ),
        (["en"], "Expected a text for company.language; found ['en']."),
    ],
)
def test_a_language_nothing_is_told_in_is_refused(language: object, said: str) -> None:
    with pytest.raises(SettingsRefused) as refusal:
        settings_from({"company": {"language": language}}, folder=Path())
    assert str(refusal.value).startswith(said)


def test_all_that_is_wrong_with_a_mapping_is_told() -> None:
    mapping = {"columns": {"customer_id": "c", "ammount": "x"}, "timezone": "Mars/Base"}
    with pytest.raises(SettingsRefused, match="4 faults") as refusal:
        settings_from({"tables": {"purchases": mapping}}, folder=Path())
    said = str(refusal.value)
    assert "a source for [tables.purchases]; found none" in said
    assert 'a column of purchases; found "ammount". Did you mean "amount"?' in said
    assert "found no order_id, ordered_at, item_id, quantity, amount." in said
    assert "a time zone for tables.purchases.timezone; found 'Mars/Base'" in said


def test_a_table_of_customers_may_have_attributes_of_its_own() -> None:
    mapping = {"source": "c.csv", "columns": {"customer_id": "id", "shoe_size": "size"}}
    read = settings_from({"tables": {"customers": mapping}}, folder=Path())
    assert read.tables["customers"].columns["shoe_size"] == "size"


def test_a_mapping_made_to_look_at_a_file_needs_no_columns() -> None:
    assert dict(TableMapping(source="sales.csv").columns) == {}
