"""Evidence adds up over files, and can be written down."""

from __future__ import annotations

import json

import duckdb

from features.sources.formats import Evidence, SaidFormats, decided, joined
from tests.features.sources.formats.tables import evidence

FILES = (
    ["01/05/2022", "02/05/2022", "05/05/2022", None],
    ["03/05/2022", "n/a", ""],
    ["13/05/2022", "14/05/2022"],
    ["1", "x2"],
)


def of_files(database: duckdb.DuckDBPyConnection) -> list[Evidence]:
    return [evidence(database, {"date": one})["date"] for one in FILES]


def test_evidence_of_files_is_that_of_all_however_they_are_put_together(
    database: duckdb.DuckDBPyConnection,
) -> None:
    one, two, three, four = of_files(database)
    together = joined([one, two, three, four])
    assert joined([joined([one, two]), joined([three, four])]) == together
    assert joined([joined([one, two, three]), four]) == together
    assert joined([one]) == joined([one, Evidence()]) == joined([Evidence(), one])
    assert (together.rows, together.filled, together.count("null")) == (11, 9, 1)
    assert together.count("fits dmy /") == 6


def test_days_of_one_file_follow_those_of_the_file_before(
    database: duckdb.DuckDBPyConnection,
) -> None:
    first, second, *_ = of_files(database)
    # In the file the days rise twice; from the 5th to the 3rd of the next file they fall.
    assert first.steps["dmy /\tfile"] == (2, 0)
    assert joined([first, second]).steps["dmy /\tfile"] == (2, 1)
    assert joined([first, second]).steps["mdy /\tfile"] == (2, 1)


def test_evidence_can_be_written_as_json(database: duckdb.DuckDBPyConnection) -> None:
    for one in (*of_files(database), joined(of_files(database))):
        assert Evidence.of(json.loads(json.dumps(one.as_dict()))) == one


def test_a_sparse_column_is_looked_at_where_it_is_filled(
    database: duckdb.DuckDBPyConnection,
) -> None:
    rows: list[str | None] = [None] * 5000
    rows[4000] = "13/05/2022"
    found = evidence(database, {"cancelled at": rows, "empty": [""] * 5000})
    assert (found["cancelled at"].filled, found["cancelled at"].count("fits dmy /")) == (1, 1)
    assert found["empty"].filled == 0


def test_a_file_in_which_a_column_says_nothing_speaks_for_no_text(
    database: duckdb.DuckDBPyConnection,
) -> None:
    nothing = evidence(database, {"amount": ["n/a", " ", "-", ""] * 50})["amount"]
    numbers = evidence(database, {"amount": ["12.50", "3.20"]})["amount"]
    assert nothing.filled == 0
    assert (
        decided({"amount": joined([nothing, numbers])}, SaidFormats()).formats["amount"].kind
        == "number"
    )
