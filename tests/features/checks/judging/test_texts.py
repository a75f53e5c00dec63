"""What a check says of text files that are broken, torn or can be read in two ways."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from pyarrow.parquet import read_table

from features.checks.breaches import CheckReport, Severity
from features.checks.checking import check
from features.company.settings.reading import settings_from
from features.company.workspace import Workspace
from features.sources.naming import is_named
from features.store.ingestion import ingest

HEAD = "customer,order,day,item,pieces,amount"
COLUMNS = {
    "customer_id": "customer",
    "order_id": "order",
    "ordered_at": "day",
    "item_id": "item",
    "quantity": "pieces",
    "amount": "amount",
}


def _line(number: int, day: str = "2024-03-25", amount: str = "5.90") -> str:
    return f"C{number},{1000 + number},{day},SKU,1,{amount}"


def _check(folder: Path, files: Mapping[str, str], **said: object) -> CheckReport:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    table = {"source": "*.csv", "columns": COLUMNS, **said}
    return check(settings_from({"tables": {"purchases": table}}, folder=folder))


def _lines(count: int) -> str:
    return "\n".join([HEAD, *(_line(number) for number in range(count))]) + "\n"


def test_a_torn_last_line_is_told_with_its_file_and_line_and_the_others_are_kept(
    tmp_path: Path,
) -> None:
    report = _check(tmp_path, {"a.csv": _lines(120), "b.csv": _lines(120) + "C7,10"})
    assert not report.refused
    assert report.of("purchases").rows_kept == 120
    (torn,) = [one for one in report.breaches if one.rule == "lines.b.csv"]
    assert (torn.rows, torn.severity) == (1, Severity.NOTES)
    assert torn.sample == ("line 122 with 2 values",)


@pytest.mark.parametrize(("broken", "is_refused"), [(0, False), (1, False), (2, True)])
def test_a_file_is_refused_when_more_than_a_hundredth_of_its_lines_cannot_be_read(
    tmp_path: Path, broken: int, is_refused: bool
) -> None:
    text = _lines(100 - broken) + f"{_line(1)},surplus\n" * broken
    report = _check(tmp_path, {"a.csv": text})
    assert report.refused is is_refused
    told = [one for one in report.breaches if one.rule == "lines.a.csv"]
    assert bool(told) is bool(broken)
    if is_refused:
        said = "2 of 100 lines that have too many values, the first in line 100"
        assert said in told[0].what
        assert told[0].sample == ("lines 100, 101",)


@pytest.mark.parametrize(
    ("many", "few", "kind"), [(0, 3, "few"), (1, 2, "few"), (2, 2, "many"), (2, 1, "many")]
)
def test_what_is_told_of_broken_lines_is_what_most_of_them_have(
    tmp_path: Path, many: int, few: int, kind: str
) -> None:
    text = _lines(90) + f"{_line(1)},surplus\n" * many + "C1,1001\n" * few + f"{_line(2)}\n"
    report = _check(tmp_path, {"a.csv": text})
    (told,) = [one for one in report.breaches if one.rule == "lines.a.csv"]
    assert f"{many + few} of {91 + many + few} lines that have too {kind} values" in told.what


def test_names_may_be_written_otherwise_in_each_file_and_stand_in_another_order(
    tmp_path: Path,
) -> None:
    other = "Amount,ITEM,Pieces,Day,Order,Customer\n5.90,SKU,1,2024-03-26,2001,C1\n"
    report = _check(tmp_path, {"a.csv": _lines(3), "b.csv": other})
    assert not report.refused
    assert report.of("purchases").rows_kept == 4
    assert report.of("purchases").customers == 3


def test_a_name_that_repeats_must_not_be_mapped(tmp_path: Path) -> None:
    head = HEAD.replace("pieces,amount", "pieces,amount,amount")
    text = f"{head}\nC1,1001,2024-03-25,SKU,1,1.00,5.90\nC2,1002,2024-03-26,SKU,1,1.00,7.10\n"
    refused = _check(tmp_path, {"a.csv": text})
    assert any('several called "amount"' in one.what for one in refused.refusals)
    second = {**COLUMNS, "amount": "amount_2"}
    report = _check(tmp_path, {"a.csv": text}, columns=second)
    assert not report.refused


def test_what_cannot_be_read_is_no_value_that_is_missing(tmp_path: Path) -> None:
    lines = [_line(number, amount=str(number)) for number in range(1, 200)]
    text = "\n".join([HEAD, *lines, _line(200, amount="n/a"), _line(201, amount="")]) + "\n"
    report = _check(tmp_path, {"a.csv": text})
    rules = {one.rule: one.rows for one in report.breaches}
    assert (rules["unreadable.amount"], rules["missing.amount"]) == (1, 1)


def test_what_stands_for_an_empty_value_is_one_in_texts_and_numbers(tmp_path: Path) -> None:
    head = f"{HEAD},shop"
    lines = [f"{_line(number)},{'North' if number % 2 else ' Keine '}" for number in range(9)]
    lines.append(_line(20, amount="KEINE") + ",South")
    text = "\n".join([head, *lines]) + "\n"
    said = {**COLUMNS, "store": "shop"}
    plain = _check(tmp_path, {"a.csv": text}, columns=said)
    assert {one.rule: one.rows for one in plain.breaches}["unreadable.amount"] == 1
    report = _check(tmp_path, {"a.csv": text}, columns=said, null_texts=["keine"])
    rules = {one.rule: one.rows for one in report.breaches}
    assert rules["missing.amount"] == 1 and "unreadable.amount" not in rules
    table = {"source": "a.csv", "columns": said, "null_texts": ["keine"]}
    store = ingest(
        settings_from({"tables": {"purchases": table}}, folder=tmp_path), Workspace(tmp_path / "ws")
    ).store
    months = sorted((store.folder / "tables").rglob("*.parquet"))
    shops = {one for month in months for one in read_table(month)["store"].to_pylist()}
    assert shops == {"North", None}


def test_a_mapping_may_read_a_text_by_itself(tmp_path: Path) -> None:
    text = f"{HEAD}\nC1,1001,2024-03-25,SKU,1,5.90\nC2,1002,2024-03-26,SKU,1,7\n"
    by_hand = {
        **COLUMNS,
        "ordered_at": "strptime(day, '%Y-%m-%d')",
        "amount": "TRY_CAST(replace(amount, ',', '') AS DECIMAL(18, 2))",
        "quantity": "2 * pieces",
    }
    report = _check(tmp_path, {"a.csv": text}, columns=by_hand)
    assert not report.refused
    assert report.of("purchases").rows_kept == 2


def test_a_column_is_named_by_a_whole_word_in_whatever_case() -> None:
    assert is_named("Unit Price", 'Quantity * "unit price"')
    assert is_named("N°", '"N°"')
    assert not is_named("price", "price_2 + prices")
