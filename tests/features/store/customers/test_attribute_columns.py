"""From a company's table of customers to the attributes of the pack."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.checks.checking import check
from features.company.settings.judged import FairnessSettings
from features.company.settings.reading import Settings, settings_from
from features.company.workspace import Workspace
from features.plan.plan import standard_plan
from features.store.ingestion import ingest
from features.store.pack import Pack
from features.vocabulary.arrays import MISSING_NUMBER
from tests.features.tables import COLUMNS, SEVEN, Row, write_table

NAMES = ("id", "region", "joined", "brought", "yes", "gender", "told")
MAPPED = {
    "customer_id": "id",
    "region": "region",
    "registered_at": "joined",
    "referrals": "brought",
    "marketing_consent": "yes",
    "gender": "gender",
}
# Ten live in the north, nine in the south; zoe said nothing. Those named n and s never bought.
ROWS: list[Row] = [
    ("anna", "north", "2026-01-01 10:00", 1.5, True, "f", "2026-01-05"),
    ("bert", "south", "2025-12-31", 0.0, False, "m", None),
    *((f"n{number}", "north", "2025-01-01", 0.0, True, "f", "2026-01-05") for number in range(9)),
    *((f"s{number}", "south", "2025-01-01", 0.0, True, "m", "2026-01-05") for number in range(8)),
    ("zoe", None, None, None, None, None, None),
]


def settings_with(folder: Path, rows: list[Row], **more: str) -> Settings:
    write_table(folder / "purchases.parquet", SEVEN)
    write_table(folder / "customers.parquet", rows, NAMES)
    tables: dict[str, Any] = {
        "purchases": {"source": "purchases.parquet", "columns": dict(COLUMNS)},
        "customers": {"source": "customers.parquet", "columns": {**MAPPED, **more}},
    }
    return settings_from({"tables": tables}, folder=folder)


def packed(folder: Path, rows: list[Row] = ROWS, **more: str) -> Pack:
    folder.mkdir(exist_ok=True)
    return ingest(settings_with(folder, rows, **more), Workspace(folder / "ws")).store.pack()


def test_each_attribute_has_one_entry_a_customer_key(tmp_path: Path) -> None:
    pack = packed(tmp_path)
    columns = pack.attributes.columns
    anna, bert, carl, zoe = (pack.customer_ids.find(n) for n in ("anna", "bert", "carl", "zoe"))

    assert {len(values) for values in columns.values()} == {pack.customers} == {21}
    assert {values.dtype for values in columns.values()} == {np.dtype("int64")}
    new_year = 20454 * 86_400
    registered = columns["registered_seconds"][[anna, bert, carl, zoe]].tolist()
    assert registered == [new_year + 36_000, new_year - 86_400, MISSING_NUMBER, MISSING_NUMBER]
    referrals = columns["referrals_milli"][[anna, bert, carl, zoe]].tolist()
    assert referrals == [1_500, 0, MISSING_NUMBER, MISSING_NUMBER]
    assert columns["marketing_consent"][[anna, bert, carl, zoe]].tolist() == [1, 0, -1, -1]
    assert pack.attributes.known is None


def test_a_text_that_fewer_than_ten_share_is_not_told(tmp_path: Path) -> None:
    pack = packed(tmp_path)
    region = pack.attributes.columns["region"]

    assert pack.attributes.dictionaries == {"region": ["north"]}
    keys = [pack.customer_ids.find(name) for name in ("anna", "bert", "zoe", "carl")]
    assert region[keys].tolist() == [0, -2, -1, -1]


def test_a_protected_attribute_stays_in_the_table_and_the_check_says_so(tmp_path: Path) -> None:
    pack = packed(tmp_path)
    report = check(settings_with(tmp_path, ROWS))

    assert "gender" not in pack.attributes.columns
    (note,) = [one for one in report.breaches if one.rule == "protected.gender"]
    assert (note.becomes, note.rows, report.refused) == (
        "kept in the table, never a feature unless [fairness] calls it lawful",
        20,
        False,
    )


def test_what_a_company_calls_lawful_is_in_the_pack_under_a_name_that_says_so(
    tmp_path: Path,
) -> None:
    settings = settings_with(tmp_path, ROWS, lawful_age="brought")
    before = ingest(settings, Workspace(tmp_path / "ws")).store.pack()
    assert not {one for one in before.attributes.columns if "gender" in one or "age" in one}

    judged = replace(settings, fairness=FairnessSettings(lawful={"gender": "Anna Berg: § 20"}))
    pack = ingest(judged, Workspace(tmp_path / "ws")).store.pack()
    # What a company calls so itself is protected all the same.
    assert set(pack.attributes.columns) - set(before.attributes.columns) == {"lawful_gender"}
    assert pack.attributes.dictionaries["lawful_gender"] == ["f"]
    assert pack.digest != before.digest
    assert "lawful_gender_is_f" in standard_plan(pack).feature_names
    assert not [one for one in standard_plan(before).feature_names if "gender" in one]

    again = ingest(settings, Workspace(tmp_path / "ws")).store.pack()
    assert again.digest == before.digest


def test_when_a_row_became_known_is_kept_and_where_it_is_not_told_it_is_always_known(
    tmp_path: Path,
) -> None:
    pack = packed(tmp_path, known_at="told")
    known = pack.attributes.known

    assert known is not None
    keys = [pack.customer_ids.find(name) for name in ("anna", "bert")]
    assert known[keys].tolist() == [20458 * 86_400, MISSING_NUMBER]


@pytest.mark.parametrize("seed", [1, 2])
def test_shuffled_customers_give_the_same_digest(tmp_path: Path, seed: int) -> None:
    shuffled = random.Random(seed).sample(ROWS, len(ROWS))

    assert packed(tmp_path / "a").digest == packed(tmp_path / "b", shuffled).digest


def test_without_a_table_of_customers_there_are_no_attributes(tmp_path: Path) -> None:
    write_table(tmp_path / "purchases.parquet", SEVEN)
    mapping = {"source": "purchases.parquet", "columns": dict(COLUMNS)}
    settings = settings_from({"tables": {"purchases": mapping}}, folder=tmp_path)

    pack = ingest(settings, Workspace(tmp_path / "ws")).store.pack()

    assert not pack.attributes.columns and pack.attributes.known is None
