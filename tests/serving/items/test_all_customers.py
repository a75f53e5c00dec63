"""Everybody's lists as a file: the same as the service answers, and nobody who declined in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from click.testing import CliRunner
from pyarrow import csv

from features.exports.table_files import write_tables
from regulars.main import main
from serving.items.all_customers import tables_of
from serving.items.lists import Wishes
from serving.items.reasons import GROUPS
from serving.items.recommending import recommending_in
from serving.ledger.ledger import Ledger
from tests.serving.company import Company
from training.families.items.words import ENGLISH


def run(company: Company, *words: str, code: int = 0) -> dict[str, Any]:
    settings = ["--settings", str(company.settings_path), "--json"]
    result = CliRunner().invoke(main, [*words, *settings])
    assert result.exit_code == code, result.output
    answer: dict[str, Any] = json.loads(result.output.splitlines()[-1])
    return answer


def test_no_cell_of_a_csv_file_is_one_a_spreadsheet_takes_for_a_formula(tmp_path: Path) -> None:
    table = pa.table({"name": ["=HYPERLINK(1)", "Tea", None], "rank": [1, -2, 3]})
    for file in (tmp_path / "lists.csv", tmp_path / "lists.parquet"):
        assert write_tables(file, [table, table.slice(0, 1)]) == 4
    assert csv.read_csv(tmp_path / "lists.csv").to_pydict() == {
        "name": ["'=HYPERLINK(1)", "Tea", "", "'=HYPERLINK(1)"],
        "rank": [1, -2, 3, 1],
    }
    whole = parquet.read_table(tmp_path / "lists.parquet")
    assert whole["name"].to_pylist() == ["=HYPERLINK(1)", "Tea", None, "=HYPERLINK(1)"]


def test_a_file_says_what_the_service_answers(drugstore: Company, tmp_path: Path) -> None:
    file = tmp_path / "lists.parquet"
    said = run(drugstore, "recommend", str(file), "--count", "4")
    rows = parquet.read_table(file).to_pylist()
    assert said["lines"] == len(rows) == 4 * said["customers"]
    found = recommending_in(drugstore.workspace)
    assert found is not None
    for customer in ("c000", "c101", "c239"):
        mine = [row for row in rows if row["customer_id"] == customer]
        bought = found.bought(found.key(customer))
        listed = found.list_for(bought, found.shelving(), Wishes(4), ENGLISH)
        assert [row["rank"] for row in mine] == [1, 2, 3, 4]
        for row, one in zip(mine, listed.items, strict=True):
            assert row["item_id"] == one.item_id and row["text"] == one.text
            assert row["source"] == one.source and row["times_bought"] == one.times_bought
            assert one.probability is not None and listed.order_probability is not None
            assert row["probability"] == pytest.approx(one.probability, abs=1e-12)
            assert row["probability_if_ordering"] == pytest.approx(
                one.probability_if_ordering, abs=1e-12
            )
            both = listed.order_probability * one.probability_if_ordering
            assert row["probability"] == pytest.approx(both, abs=1e-12)
            total = row["base"] + sum(row[f"push_{group}"] for group in GROUPS)
            assert total == pytest.approx(row["log_odds"], abs=1e-9)
            assert row["order_probability"] == pytest.approx(listed.order_probability)
            assert row["order_probability_from"] == "recommendations"


def test_who_declined_or_objected_is_in_no_file(drugstore: Company, tmp_path: Path) -> None:
    ledger = Ledger(drugstore.workspace.ledger)
    ledger.privacy.decide([("c009", True)], at=1)
    try:
        file = tmp_path / "lists.csv"
        run(drugstore, "recommend", str(file), "--count", "1", "--use-case", "discovery")
        table = csv.read_csv(file)
        assert set(table["times_bought"].to_pylist()) == {0}
        assert len(table) == 238 and not {"c005", "c009"} & set(table["customer_id"].to_pylist())
        run(drugstore, "recommend", str(file), "--item", "a00", "--count", "1000")
        takers = csv.read_csv(file)["customer_id"].to_pylist()
        # c007 wants no marketing: on the list of what they would take, and not of whom to send an offer to.
        assert len(takers) == len(set(takers)) == 240 - 3
        assert not {"c005", "c007", "c009"} & set(takers) and "c006" in takers
        run(drugstore, "recommend", str(file), "--item", "a00", "--count", "500")
        assert "c009" not in csv.read_csv(file)["customer_id"].to_pylist()
    finally:
        ledger.privacy.decide([("c009", False)], at=2)
        ledger.close()


def test_customers_for_an_item_are_written_the_most_likely_first(
    drugstore: Company, tmp_path: Path
) -> None:
    file = tmp_path / "who.csv"
    said = run(drugstore, "recommend", str(file), "--item", "a03", "--count", "25")
    table = csv.read_csv(file)
    assert said["customers"] == len(table) == 25
    chances = table["probability"].to_pylist()
    assert chances == sorted(chances, reverse=True)
    factors = zip(
        *(table[one].to_pylist() for one in ("probability_if_ordering", "order_probability")),
        strict=True,
    )
    assert [one * two for one, two in factors] == pytest.approx(chances)
    assert set(table["order_probability_from"].to_pylist()) == {"recommendations"}
    assert {int(one[1:]) % 3 for one in table["customer_id"].to_pylist()} == {0}


def test_a_coupon_file_holds_what_is_due(drugstore: Company, tmp_path: Path) -> None:
    file = tmp_path / "coupons.parquet"
    run(drugstore, "recommend", str(file), "--use-case", "coupon", "--count", "4")
    rows = parquet.read_table(file).to_pylist()
    assert all(row["due_in_days"] <= 14 for row in rows if row["times_bought"])
    assert any(row["times_bought"] for row in rows)


def test_as_much_of_a_file_is_new_as_is_asked_for(drugstore: Company, tmp_path: Path) -> None:
    file = tmp_path / "lists.parquet"
    for share in ("0.5", "0.7"):
        run(drugstore, "recommend", str(file), "--count", "5", "--new-share", share)
        times = parquet.read_table(file)["times_bought"].to_numpy()
        assert np.mean(times == 0) == pytest.approx(float(share), abs=0.02)


def test_a_file_is_without_the_items_that_are_to_be_left_out(
    drugstore: Company, tmp_path: Path
) -> None:
    file, gone = tmp_path / "lists.parquet", tmp_path / "gone.csv"
    gone.write_text("\ufeffa00\n\n a03 \nzzz\n", encoding="utf-8")
    plain = run(drugstore, "recommend", str(file), "--count", "36")
    assert {"a00", "a03", "a06"} <= set(parquet.read_table(file)["item_id"].to_pylist())
    assert plain["unknown"] == []
    words = ["--without", "a06", "--without", "a00", "--without-file", str(gone)]
    said = run(drugstore, "recommend", str(file), "--count", "36", *words)
    listed = set(parquet.read_table(file)["item_id"].to_pylist())
    assert not {"a00", "a03", "a06"} & listed and "a09" in listed
    assert said["unknown"] == ["zzz"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["lists.xlsx"], "ends in .parquet or .csv"),
        (["nowhere/lists.csv"], "in a folder that exists"),
        (
            ["lists.csv", "--use-case", "sale"],
            "a use case out of basket, coupon, replenishment, discovery",
        ),
        (["lists.csv", "--count", "0"], "at least one item a list"),
        (["lists.csv", "--new-share", "1.5"], "a share of new items from 0 to 1"),
        (["lists.csv", "--item", "zzz"], "an item the model knows"),
        (["lists.csv", "--language", "fr"], "a language among en, de"),
    ],
)
def test_what_cannot_be_written_is_refused_and_leaves_no_file(
    drugstore: Company,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    expected: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = run(drugstore, "recommend", *words, code=2)
    assert expected in json.dumps(refused)
    assert list(tmp_path.iterdir()) == []


def test_without_a_model_it_says_what_to_do(demo_workspace: Company, tmp_path: Path) -> None:
    refused = run(demo_workspace, "recommend", str(tmp_path / "lists.csv"), code=1)
    assert "regulars train recommendations" in json.dumps(refused)


@pytest.mark.parametrize("size", [1, 2, 4, 5, 6])
def test_blocks_of_customers_make_no_difference(drugstore: Company, size: int) -> None:
    found = recommending_in(drugstore.workspace)
    assert found is not None
    keys = np.arange(3, 8)
    parts = list(tables_of(found, keys, Wishes(2), ENGLISH, 1, at_once=size))
    assert len(parts) == -(-5 // size)
    rows = pa.concat_tables(parts).to_pylist()
    names = [found.customer_ids[int(key)] for key in keys]
    assert [row["customer_id"] for row in rows] == [name for name in names for _ in range(2)]
    for name, first, second in zip(names, rows[::2], rows[1::2], strict=True):
        listed = found.list_for(found.bought(found.key(name)), found.shelving(), Wishes(2), ENGLISH)
        assert [first["item_id"], second["item_id"]] == [one.item_id for one in listed.items]
