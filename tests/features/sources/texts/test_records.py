"""Every record of a text file is copied or told: none is lost, none is made up."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.sources.texts.layouts import SaidLayout, TextLayout, layout_of
from features.sources.texts.records import CopiedRecords, copy_records
from features.vocabulary.errors import DataRefused


def _copied(
    folder: Path, text: str, layout: TextLayout | None = None
) -> tuple[CopiedRecords, list[list[str | None]]]:
    file = folder / "sales.csv"
    file.write_text(text, encoding="utf-8", newline="")
    found = layout or layout_of(file, "sales.csv", SaidLayout())
    records = copy_records(file, text.count("\n"), found, folder / "rows.parquet")
    rows = parquet.read_table(folder / "rows.parquet").to_pylist()
    return records, [list(row.values()) for row in rows]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_values_are_copied_as_the_texts_they_are(tmp_path: Path, end: str) -> None:
    text = (
        'id,what,n\n007,"a, ""b""",1.0\n 8 ,"two\nlines",\n98260033224538323640,true,01/02/2022\n'
    )
    records, rows = _copied(tmp_path, text.replace("\n", end))
    assert rows == [
        ["007", 'a, "b"', "1.0"],
        [" 8 ", f"two{end}lines", None],
        ["98260033224538323640", "true", "01/02/2022"],
    ]
    assert records == CopiedRecords(3)


def test_lines_with_other_numbers_of_values_are_refused_with_their_places(tmp_path: Path) -> None:
    records, rows = _copied(tmp_path, "a,b,c\n1,2,3\n4,5\n\n6,7,8,9\n1,2,3\n")
    assert rows == [["1", "2", "3"], ["1", "2", "3"]]
    assert (records.copied, records.refused, records.few, records.footer) == (2, 2, 1, 0)
    assert [(one.line, one.values) for one in records.first] == [(3, 2), (5, 4)]
    assert records.in_file == 4


def test_lines_that_all_end_in_a_mark_have_a_column_that_says_nothing(tmp_path: Path) -> None:
    records, rows = _copied(tmp_path, "a,b\n1,2,\n3,4,\n5,6,\n")
    assert (records, rows) == (
        CopiedRecords(3),
        [["1", "2", None], ["3", "4", None], ["5", "6", None]],
    )


def test_values_that_no_name_stands_above_are_refused(tmp_path: Path) -> None:
    # Tools that number the lines leave the name of that column out: the names do not fit the values.
    records, rows = _copied(tmp_path, "a,b\n1,x,2\n2,y,4\n3,z,6\n")
    assert (rows, records.copied, records.refused) == ([], 0, 3)


def test_what_stands_below_the_table_is_told_apart(tmp_path: Path) -> None:
    records, _ = _copied(tmp_path, "a,b,c\n1,2,3\n4,5,6\n\n2,lines\nSeller: me\n")
    assert (records.copied, records.refused, records.footer) == (2, 2, 2)
    assert [one.is_torn for one in records.first] == [False, False]


@pytest.mark.parametrize(("short", "footer"), [(1, 1), (5, 5), (6, 0)])
def test_many_short_lines_at_the_end_are_no_footer(tmp_path: Path, short: int, footer: int) -> None:
    records, _ = _copied(tmp_path, "a,b,c\n1,2,3\n" * 1 + "1,2,3\n" * 9 + "4,5\n" * short)
    assert (records.refused, records.footer, records.broken) == (short, footer, short - footer)
    wide, _ = _copied(tmp_path, "a,b,c\n1,2,3\n4,5\n6,7,8,9\n")
    assert (wide.refused, wide.footer, wide.broken) == (2, 0, 2)


def test_a_file_that_was_cut_off_names_its_torn_line(tmp_path: Path) -> None:
    records, _ = _copied(tmp_path, "a,b,c\n1,2,3\n4,5")
    assert [(one.line, one.values, one.is_torn) for one in records.first] == [(3, 2, True)]
    whole, _ = _copied(tmp_path, "a,b,c\n1,2,3\n4,5,6")
    assert whole == CopiedRecords(2)


def test_names_alone_are_a_table_without_rows(tmp_path: Path) -> None:
    for text in ("a,b\n", "a,b", "a,b\r\n\r\n"):
        assert _copied(tmp_path, text) == (CopiedRecords(0), [])


def test_a_quote_that_is_never_closed_is_refused_or_told(tmp_path: Path) -> None:
    torn, rows = _copied(tmp_path, 'a,b,c\n1,2,3\n4,"5,6\n')
    assert (rows, torn.refused, torn.few) == ([["1", "2", "3"]], 1, 1)
    with pytest.raises(DataRefused, match="whole records") as refused:
        _copied(tmp_path, 'a,b,c\n1,2,3\n4,"5,6\n7,8,9\n1,2,3\n')
    assert "line 3 of sales.csv" in refused.value.rows
    with pytest.raises(DataRefused, match="whole records") as refused:
        _copied(tmp_path, 'a,b,c\n1,2,3\n4,"5,6\n7,8,9\n1,"2",3\n4,"5",6\n')
    assert "line 3 of sales.csv" in refused.value.rows


@settings(deadline=None, max_examples=300)
@given(
    rows=st.lists(
        st.lists(st.text(st.sampled_from('ab,;"\n 1'), max_size=4), min_size=1, max_size=5),
        max_size=9,
    ),
    cut=st.integers(0, 12),
)
def test_every_record_of_a_damaged_file_is_copied_or_counted(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], cut: int
) -> None:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([["a", "b", "c"], *rows])
    text = written.getvalue()
    text = text[: max(6, len(text) - cut)]
    layout = TextLayout(",", "", 1, ("a", "b", "c"))
    folder = tmp_path_factory.mktemp("damaged")
    try:
        records, copied = _copied(folder, text, layout)
    except DataRefused:
        return
    told = [one for one in list(csv.reader(io.StringIO(text, newline="")))[1:] if one]
    assert copied == [[value or None for value in one] for one in told if len(one) == 3]
    assert records.in_file == len(told)
    assert records.few == sum(len(one) < 3 for one in told)
