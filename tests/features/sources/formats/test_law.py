"""The law of formats: what is decided reads every value as it was written, or it is a doubt."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.features.sources.formats.tables import decision, read

_LAW = settings(deadline=None, max_examples=20)
_TIMES = ("", " %H:%M", " %H:%M:%S", ", %I:%M %p", "T%H:%M:%S", " %I:%M:%S %p")
_DATES = (
    "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d", "%Y/%m/%d", "%d-%m-%Y",
    "%d-%b-%Y", "%d %B %Y", "%b %d, %Y", "%b-%d-%y", "%y-%m-%d", "%a, %d %b %Y", "%A, %d %B %Y",
)  # fmt: skip


@given(
    date=st.sampled_from(_DATES),
    time=st.sampled_from(_TIMES),
    first=st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)),
    steps=st.lists(st.integers(0, 40_000), min_size=1, max_size=120),
)
@_LAW
def test_dates_are_read_as_they_were_written_or_are_in_doubt(
    database: duckdb.DuckDBPyConnection, date: str, time: str, first: datetime, steps: list[int]
) -> None:
    form = date + time
    when, texts = first, []
    for minutes in steps:
        when += timedelta(minutes=minutes)
        texts.append(when.strftime(form))
    right = [str(datetime.strptime(one, form)) for one in texts]
    found = decision(database, {"ordered at": texts})
    column = found.formats["ordered at"]
    if not found.doubts:
        assert read(database, column, texts) == right
    else:
        assert form_is_among(found.doubts[0].readings, date)


def form_is_among(readings: tuple[str, ...], date: str) -> bool:
    return any(one.startswith(date) for one in readings)


_MARKS = (
    (".", ""),
    (".", ","),
    (",", "."),
    (",", " "),
    (",", ""),
    (".", "'"),
    (",", "\N{NO-BREAK SPACE}"),
)
_DRESSES = ("{}", "${}", "{} €", "EUR {}", "£{}", "{}kr")


@given(
    marks=st.sampled_from(_MARKS),
    places=st.integers(0, 4),
    dress=st.sampled_from(_DRESSES),
    minus=st.sampled_from(("-{}", "{}-", "({})")),
    values=st.lists(st.decimals(-99_999_999, 99_999_999, places=4), min_size=1, max_size=80),
)
@_LAW
def test_numbers_are_read_as_they_were_written_or_are_in_doubt(
    database: duckdb.DuckDBPyConnection,
    marks: tuple[str, str],
    places: int,
    dress: str,
    minus: str,
    values: list[Decimal],
) -> None:
    decimal, thousands = marks
    rounded = [round(one, places) if places else Decimal(int(one)) for one in values]
    texts = []
    for value in rounded:
        plain = (
            f"{abs(value):,.{places}f}".replace(",", "T")
            .replace(".", decimal)
            .replace("T", thousands)
        )
        dressed = dress.format(plain)
        texts.append(minus.format(dressed) if value < 0 else dressed)
    found = decision(database, {"amount": texts})
    column = found.formats["amount"]
    if found.doubts:
        assert decimal in found.doubts[0].readings
        return
    assert column.kind in ("whole", "number")
    assert read(database, column, texts) == pytest.approx([float(one) for one in rounded])
