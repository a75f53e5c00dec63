"""The page about the raw tables tells every column as it is declared, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from features.vocabulary.tables import TABLES

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "tables.md").read_text(encoding="utf-8")
UNITS = {"instant": "_seconds", "money": "_cents", "number": "_milli", "text": "", "flag": ""}


def section(table: str) -> str:
    found = re.search(rf"^### {table}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/tables.md has no section {table}"
    return found[1]


def rows(table: str) -> list[list[str]]:
    lines = re.findall(r"^\| `.*\|$", section(table), re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("name", list(TABLES))
def test_each_column_of_a_table_is_told_as_it_is_declared(name: str) -> None:
    table = TABLES[name]
    told = [row[:4] for row in rows(name)]
    assert told == [
        [f"`{one.name}`", one.kind.value, "yes" if one.required else "", one.meaning]
        for one in table.columns
    ]
    assert table.meaning[1:] in section(name)


@pytest.mark.parametrize("name", list(TABLES))
def test_the_stored_name_of_a_column_carries_its_unit(name: str) -> None:
    for column, kind, _, _, stored in rows(name):
        assert stored.strip("`").endswith(UNITS[kind])
        assert stored.strip("`").startswith(column.strip("`").removesuffix("_at"))


def test_the_page_tells_no_table_that_is_not_there() -> None:
    assert re.findall(r"^### (\w+)", PAGE, re.MULTILINE) == list(TABLES)
