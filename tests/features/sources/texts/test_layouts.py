"""Marks, names and the line they stand in, found out from the beginning of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.sources.texts.layouts import (
    SaidLayout,
    TextLayout,
    header_of,
    layout_of,
    named_columns,
)
from features.vocabulary.errors import DataRefused

ROWS = "C1,1001,2022-01-03,5.90\nC2,1002,2022-01-04,7.10\n"
NAMES = "customer,order,day,amount"


NOTHING_SAID = SaidLayout()


def _layout(tmp_path: Path, text: str, said: SaidLayout = NOTHING_SAID) -> TextLayout:
    file = tmp_path / "sales.csv"
    file.write_text(text, encoding="utf-8", newline="")
    return layout_of(file, "sales.csv", said)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_mark_is_the_one_by_which_lines_are_alike(tmp_path: Path, mark: str, end: str) -> None:
    text = f"{NAMES}\n{ROWS}".replace(",", mark).replace("\n", end)
    found = _layout(tmp_path, text)
    assert (found.delimiter, found.header_line) == (mark, 1)
    assert found.names == ("customer", "order", "day", "amount")


def test_a_mark_within_values_is_none(tmp_path: Path) -> None:
    # Two semicolons in every line below the names, and three commas in each line.
    found = _layout(
        tmp_path, "id,what,amount,day\n1,Mug; blue; 0.3 l,5.90,x\n2,Mug; red; 0.3 l,1,y\n"
    )
    assert found.delimiter == ","
    decimals = _layout(tmp_path, "id;what;amount\n1;a, b;5,90\n2;c;7,10\n")
    assert decimals.delimiter == ";"


def test_titles_blank_lines_and_the_separator_of_excel_may_stand_above(tmp_path: Path) -> None:
    titled = _layout(tmp_path, f"Sales report\nExported by A. Person\n\n{NAMES}\n{ROWS}")
    assert (titled.header_line, titled.names[0]) == (4, "customer")
    padded = _layout(tmp_path, f"Sales report,,,\n,,,\n{NAMES}\n{ROWS}")
    assert (padded.header_line, padded.names[0]) == (3, "customer")
    stated = _layout(tmp_path, f"sep=,\r\n{NAMES}\r\n{ROWS}")
    assert (stated.delimiter, stated.header_line) == (",", 2)
    alone = _layout(tmp_path, "sep=;\nname\nA;B\n")
    assert alone.delimiter == ";"


def test_a_name_may_run_over_several_lines(tmp_path: Path) -> None:
    found = _layout(tmp_path, 'customer,"amount\nin EUR"\nC1,5\nC2,6\n')
    assert (found.header_line, found.names) == (2, ("customer", "amount in EUR"))


def test_quotes_may_be_doubled_or_have_a_backslash(tmp_path: Path) -> None:
    doubled = _layout(tmp_path, 'a,b\n"5"" pipe, long",1\n"x",2\n')
    assert doubled.escape == ""
    slashed = _layout(tmp_path, 'a,b\n"5\\" pipe, long",1\n"6\\" pipe, short",2\n')
    assert slashed.escape == "\\"


def test_names_that_repeat_are_all_numbered_and_told(tmp_path: Path) -> None:
    found = _layout(tmp_path, "id,price,Price\n1,2,3\n")
    assert found.names == ("id", "price_1", "Price_2")
    assert found.repeated == ("price",)
    assert named_columns(["a", " b  c ", ""]) == (("a", "b c", "column_3"), ())


@pytest.mark.parametrize(
    "text", [ROWS, "1001,5.90\n1002,7.10\n", "a@b.example,2022-01-03,x\nc@d.example,2022-01-04,y\n"]
)
def test_a_file_without_names_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataRefused, match=r"values in line 1\. Write the names"):
        _layout(tmp_path, text)


def test_what_a_person_wrote_down_is_taken(tmp_path: Path) -> None:
    second = _layout(tmp_path, "2020,2021,2022\na,b,c\n1,2,3\n", SaidLayout(header_row=2))
    assert (second.header_line, second.names) == (2, ("a", "b", "c"))
    years = _layout(tmp_path, "2020,2021,2022\n1,2,3\n", SaidLayout(header_row=1))
    assert years.names == ("2020", "2021", "2022")
    assert _layout(tmp_path, "a;b,c\n1;2,3\n", SaidLayout(delimiter=";")).names == ("a", "b,c")
    with pytest.raises(DataRefused, match="fewer lines"):
        _layout(tmp_path, "a,b\n1,2\n", SaidLayout(header_row=3))


def test_the_names_of_a_sheet_are_in_the_first_row_that_fills_most_columns() -> None:
    assert header_of([["Report", "", ""], ["", "", ""], ["a", "b", ""], ["1", "2", "3"]]) == 2
    assert header_of([["a", "b"], ["1", "2"]]) == 0
    assert header_of([["", ""], ["", ""]]) is None
    # Two values of four that are filled are too many for names, however many stand empty beside them.
    assert header_of([["a", "b", "2020", "2021", "", ""]]) is None
    assert header_of([["a", "b", "c", "2020", "", ""]]) == 0
    assert header_of([]) is None
