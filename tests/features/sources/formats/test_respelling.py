"""Ways to write an instant that are no form of strptime: read as the same instant, in a sample and in SQL alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some

from features.sources.formats.respelling import respelt, respelt_sql
from tests.features.sources.formats.tables import decision, read

Spelling = Callable[[datetime], str]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
INSTANTS = [
    datetime(2022, 1, 4, 0, 27, 34) + timedelta(days=11 * at, hours=5 * at, minutes=at)
    for at in range(50)
]


def twelve(instant: datetime) -> str:
    return f"{(instant.hour - 1) % 12 + 1}"


def english(instant: datetime) -> tuple[str, str]:
    return WEEKDAYS[instant.weekday()], MONTHS[instant.month - 1]


SECONDS: dict[str, Spelling] = {
    "20220104T102734": lambda t: f"{t:%Y%m%dT%H%M%S}",
    "20220104 102734": lambda t: f"{t:%Y%m%d %H%M%S}",
    "20220104T102734Z": lambda t: f"{t:%Y%m%dT%H%M%SZ}",
    "20220104T102734.123Z": lambda t: f"{t:%Y%m%dT%H%M%S.123Z}",
    "20220104T112734+0100": lambda t: f"{t + timedelta(hours=1):%Y%m%dT%H%M%S+0100}",
    "20220104 10:27:34": lambda t: f"{t:%Y%m%d %H:%M:%S}",
    "2022-01-04T11:27:34+0100": lambda t: f"{t + timedelta(hours=1):%Y-%m-%dT%H:%M:%S+0100}",
    "2022-01-04T10:27:34+00:00[Europe/London]": lambda t: (
        f"{t:%Y-%m-%dT%H:%M:%S+00:00[Europe/London]}"
    ),
    "2022-01-04-10.27.34.123456": lambda t: f"{t:%Y-%m-%d-%H.%M.%S.123456}",
    "2022:01:04 10:27:34": lambda t: f"{t:%Y:%m:%d %H:%M:%S}",
    "'2022-01-04 10:27:34": lambda t: f"'{t:%Y-%m-%d %H:%M:%S}",
    "04-JAN-22 10.27.34.000000 AM": lambda t: (
        f"{t.day:02}-{english(t)[1].upper()}-{t:%y} {twelve(t):>02}.{t:%M.%S}.000000 {t:%p}"
    ),
    "Tue Jan 04 10:27:34 2022": lambda t: (
        f"{' '.join(english(t))} {t.day:02} {t:%H:%M:%S} {t.year}"
    ),
    "Tue Jan 04 10:27:34 UTC 2022": lambda t: (
        f"{' '.join(english(t))} {t.day:02} {t:%H:%M:%S} UTC {t.year}"
    ),
    "Tue Jan  4 11:27:34 +0100 2022": lambda t: (
        lambda there: (
            f"{' '.join(english(there))} {there.day:>2} {there:%H:%M:%S} +0100 {there.year}"
        )
    )(t + timedelta(hours=1)),
    "[04/Jan/2022:10:27:34 +0000]": lambda t: (
        f"[{t.day:02}/{english(t)[1]}/{t.year}:{t:%H:%M:%S} +0000]"
    ),
    "4.1.2022 10.27.34": lambda t: f"{t.day}.{t.month}.{t.year} {t.hour}.{t:%M.%S}",
}
MINUTES: dict[str, Spelling] = {
    "4.1.2022 10.27": lambda t: f"{t.day}.{t.month}.{t.year} {t.hour}.{t:%M}",
    "04/01/2022 10.27": lambda t: f"{t:%d/%m/%Y %H.%M}",
    "04/01/2022 10h27": lambda t: f"{t:%d/%m/%Y %Hh%M}",
    "04/01/2022 à 10h27": lambda t: f"{t:%d/%m/%Y} à {t:%Hh%M}",
    "04.01.2022 - 10:27": lambda t: f"{t:%d.%m.%Y - %H:%M}",
    "04.01.2022 | 10:27": lambda t: f"{t:%d.%m.%Y | %H:%M}",
    "04.01.2022 10.27 Uhr": lambda t: f"{t:%d.%m.%Y %H.%M} Uhr",
    "2022-01-04 1027": lambda t: f"{t:%Y-%m-%d %H%M}",
    "1/4/2022 10:27 AM by 24 hours": lambda t: f"{t.month}/{t.day}/{t.year} {t.hour}:{t:%M %p}",
    "2022年1月4日 10:27": lambda t: f"{t.year}年{t.month}月{t.day}日 {t:%H:%M}",
    "2022. 1. 4. 10:27": lambda t: f"{t.year}. {t.month}. {t.day}. {t:%H:%M}",
}
HOURS: dict[str, Spelling] = {
    "1/4/2022 10 AM": lambda t: f"{t.month}/{t.day}/{t.year} {twelve(t)} {t:%p}",
    "2022-01-04T10": lambda t: f"{t:%Y-%m-%dT%H}",
}
UNIT_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
EVERY = [
    *((one, "second") for one in SECONDS.values()),
    *((one, "minute") for one in MINUTES.values()),
    *((one, "hour") for one in HOURS.values()),
]


@pytest.mark.parametrize(("spelling", "unit"), EVERY, ids=[*SECONDS, *MINUTES, *HOURS])
def test_an_instant_is_read_however_it_is_spelt(
    database: duckdb.DuckDBPyConnection, spelling: Spelling, unit: str
) -> None:
    texts = [spelling(one) for one in INSTANTS]
    database.execute("SET TimeZone = 'UTC'")
    found = decision(database, {"Order date": texts})
    assert not found.doubts
    values = [
        datetime.fromisoformat(one.replace("+00", "+00:00"))
        for one in read(database, found.formats["Order date"], texts)
    ]
    plain = [one.astimezone(UTC).replace(tzinfo=None) if one.tzinfo else one for one in values]
    since = datetime(2022, 1, 1)
    whole = [(one - since).total_seconds() // UNIT_SECONDS[unit] for one in plain]
    assert whole == [(one - since).total_seconds() // UNIT_SECONDS[unit] for one in INSTANTS]


@pytest.mark.parametrize(
    "text", ["2022-W01-2", "2022-004", "/Date(1641292054000)/", "637767448540000000", "01/2022"]
)
def test_what_is_not_understood_is_no_date(database: duckdb.DuckDBPyConnection, text: str) -> None:
    found = decision(database, {"Order date": [text] * 30}).formats["Order date"]
    assert found.kind not in ("instant", "zoned instant")


@pytest.mark.parametrize(
    "text",
    ["1.234,50", "12 34.50", "A-10.27", "1 234 567.50", "10.27", "2022", "Tea 4.5", "B 12 10.30"],
)
def test_what_is_no_instant_stays_what_it_is_taken_for(
    database: duckdb.DuckDBPyConnection, text: str
) -> None:
    found = decision(database, {"Order date": [text] * 30}).formats["Order date"]
    assert found.kind not in ("instant", "zoned instant")


LETTERS = some.sampled_from(
    [*"0123456789", ".", ":", "-", " ", "T", "h", "Z", "+", "AM", "Jan", "/"]
)


@hypothesis_settings(deadline=None, max_examples=60)
@given(some.lists(LETTERS, max_size=14).map("".join))
def test_a_text_is_spelt_anew_alike_in_python_and_in_sql(text: str) -> None:
    with duckdb.connect() as connection:
        ((found,),) = connection.execute(f"SELECT {respelt_sql('$1')}", [text]).fetchall()
    assert found == respelt(text)
