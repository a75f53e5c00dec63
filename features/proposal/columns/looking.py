"""A file's columns described by their values: type, gaps, repetition, look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from features.company.settings.company import TableMapping
from features.company.settings.sources import JoinedSource
from features.sources.attachment import Source, attach
from features.sources.connection import Connection, literal, quoted
from features.sources.expressions import not_blank, said_as_text
from features.sources.joins import with_joined

MANY_ROWS = 5_000_000
"""From so many rows on, different values are estimated rather than counted."""
_DATE_FORMATS = (
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d.%m.%y",
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M",
    "%m/%d/%Y", "%m/%d/%y %H:%M", "%m/%d/%y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d", "%d-%m-%Y %H:%M",
    "%d-%m-%Y", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%Y%m%d",
)  # fmt: skip
_POINT_NUMBER = r"^\s*[-+]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?\s*$"
_COMMA_NUMBER = r"^\s*[-+]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?\s*$"
_EITHER_NUMBER = r"^\s*[-+]?[1-9]\d{0,2}[.,]\d{3}\s*$"
_ONE_NUMBER = r"[.,](\d{1,2}|\d{4,})\s*$|[.,].*[.,]"
READS = 0.99
"""A text column is taken for numbers or dates when so large a share of its values reads as such."""


@dataclass(frozen=True)
class Look:
    """What one column of a file looks like.

    ``sql`` names it; ``as_number`` and ``as_instant`` are SQL that reads it so, or empty where it does not read so;
    ``whole``, ``negative``, ``low`` and ``high`` are of the numbers.
    """

    name: str
    sql: str
    type: str
    rows: int
    filled: int
    distinct: int
    as_number: str = ""
    as_instant: str = ""
    date_note: str = ""
    whole: float = 0.0
    negative: float = 0.0
    low: float = 0.0
    high: float = 0.0

    @property
    def said(self) -> str:
        """SQL for the column's value, which is missing where a text is blank."""
        return not_blank(self.sql) if self.type == "VARCHAR" else self.sql

    @property
    def said_text(self) -> str:
        """SQL for what the column says as a text, whatever its type; NULL where it says nothing."""
        return said_as_text(self.sql)

    @property
    def as_text(self) -> str:
        """SQL for the column as a text that is missing where it is blank."""
        if self.type == "VARCHAR":
            return not_blank(self.sql)
        if self.type in ("DOUBLE", "FLOAT"):
            return f"CAST(CAST({self.sql} AS BIGINT) AS VARCHAR)"
        return f"CAST({self.sql} AS VARCHAR)"

    @property
    def as_instant_only(self) -> bool:
        """Whether the column is a date by its type, and so nothing else."""
        return self.type.startswith(("TIMESTAMP", "DATE"))

    @property
    def missing(self) -> int:
        """How many rows say nothing."""
        return self.rows - self.filled

    @property
    def repetition(self) -> float:
        """How many rows there are for each different value, on average."""
        return self.filled / self.distinct if self.distinct else 0.0

    @property
    def is_identifying(self) -> bool:
        """Whether values could be numbers or codes that name something."""
        if self.type.startswith(("FLOAT", "DOUBLE", "DECIMAL")):
            return self.whole == 1.0 and self.distinct > 1
        is_code = self.type.startswith("VARCHAR") or "INT" in self.type or self.type == "UUID"
        return is_code and self.distinct > 1


def opened_to_look(connection: Connection, name: str, path: Path, scratch: Path) -> Source:
    """A file opened as the source of a table, its rows read once however much is asked of them."""
    mapping = TableMapping(source=str(path))
    return attach(connection, name, mapping, folder=Path(), scratch=scratch).read_once()


def read_with(source: Source, joined: Mapping[str, JoinedSource], scratch: Path) -> Source:
    """A source that is looked at with the rows of further files beside its own, read once as well."""
    for name, said in joined.items():
        source = with_joined(source, "purchases", name, said, scratch)
    return source.read_once()


def look_at(connection: Connection, source: Source) -> list[Look]:
    """Describe every column of an opened source."""
    rows = int(connection.execute(f"SELECT count(*) FROM {source.relation}").fetchall()[0][0])
    words = connection.execute("SELECT keyword_name FROM duckdb_keywords()").fetchall()
    reserved = {str(word).casefold() for (word,) in words}
    return [
        _look(connection, source, name, kind, rows, reserved)
        for name, kind in source.columns.items()
    ]


def _plain(name: str, reserved: set[str]) -> str:
    """A name as SQL, without quotes where it needs none."""
    is_plain = name.isascii() and name.isidentifier() and name.casefold() not in reserved
    return name if is_plain else quoted(name)


def _look(
    connection: Connection, source: Source, name: str, kind: str, rows: int, reserved: set[str]
) -> Look:
    column = quoted(name)
    filled_sql = not_blank(column) if kind == "VARCHAR" else column
    counting = "approx_count_distinct(" if rows > MANY_ROWS else "count(DISTINCT "
    nested = kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "BLOB", "UNION"))
    filled, distinct = connection.execute(
        f"SELECT count({filled_sql}), {'0' if nested else f'{counting}{filled_sql})'} FROM {source.relation}"
    ).fetchall()[0]
    sql = _plain(name, reserved)
    plain = Look(name, sql, kind, rows, int(filled), int(distinct))
    if nested or not filled:
        return plain
    number = _number_sql(connection, source, plain)
    instant, note = _instant_sql(connection, source, plain)
    measured = (0.0, 0.0, 0.0, 0.0)
    if number:
        measured = connection.execute(f"""
            SELECT avg(CASE WHEN x = floor(x) THEN 1.0 ELSE 0.0 END),
                   avg(CASE WHEN x < 0 THEN 1.0 ELSE 0.0 END), min(x), max(x)
            FROM (SELECT CAST({number} AS DOUBLE) AS x FROM {source.relation}) WHERE isfinite(x)
        """).fetchall()[0]
    whole, negative, low, high = (float(one or 0.0) for one in measured)
    return Look(
        name, sql, kind, rows, plain.filled, plain.distinct, number, instant, note,
        whole, negative, low, high,
    )  # fmt: skip


def _shares(
    connection: Connection, source: Source, look: Look, conditions: Sequence[str]
) -> list[float]:
    """The shares of filled values that meet each of some conditions, counted in one walk over the rows."""
    counted = ", ".join(f"count(*) FILTER ({condition})" for condition in conditions)
    found = connection.execute(
        f"SELECT {counted} FROM {source.relation} WHERE trim({quoted(look.name)}) <> ''"
    ).fetchall()[0]
    return [float(count) / look.filled for count in found]


def _number_sql(connection: Connection, source: Source, look: Look) -> str:
    if look.type.startswith(("FLOAT", "DOUBLE", "DECIMAL")) or "INT" in look.type:
        return look.sql if look.type != "INTERVAL" else ""
    if look.type != "VARCHAR" or look.name in source.formats:
        # What the texts of a text file mean is decided already.
        return ""
    patterns = (_EITHER_NUMBER, _ONE_NUMBER, _POINT_NUMBER, _COMMA_NUMBER)
    has_three, has_others, with_point, with_comma = _shares(
        connection,
        source,
        look,
        [f"regexp_matches({look.sql}, {literal(one)})" for one in patterns],
    )
    if has_three and not has_others:
        # Nothing says whether 1.500 is one and a half, so that no number is made of it.
        return ""
    if with_point >= READS:
        return f"TRY_CAST(replace({look.sql}, ',', '') AS DECIMAL(18, 4))"
    if with_comma >= READS:
        return f"TRY_CAST(replace(replace({look.sql}, '.', ''), ',', '.') AS DECIMAL(18, 4))"
    return ""


def _instant_sql(connection: Connection, source: Source, look: Look) -> tuple[str, str]:
    """SQL that reads a column as instants, with a remark where the form is a guess."""
    if look.type.startswith(("TIMESTAMP", "DATE")):
        form = source.formats.get(look.name)
        return look.sql, f"read as {form.date_format}" if form is not None else ""
    if look.type == "VARCHAR":
        is_decided = look.name in source.formats
        return ("", "") if is_decided else _text_instant(connection, source, look)
    if "INT" in look.type or look.type == "DOUBLE":
        return _number_instant(connection, source, look)
    return "", ""


def _text_instant(connection: Connection, source: Source, look: Look) -> tuple[str, str]:
    as_written = f"TRY_CAST({look.sql} AS TIMESTAMPTZ) IS NOT NULL"
    if _shares(connection, source, look, [as_written])[0] >= READS:
        return look.sql, ""
    by_format = [f"try_strptime({look.sql}, {literal(form)}) IS NOT NULL" for form in _DATE_FORMATS]
    shares = _shares(connection, source, look, by_format)
    readable = [form for form, share in zip(_DATE_FORMATS, shares, strict=True) if share >= READS]
    if not readable:
        return "", ""
    note = f"read as {readable[0]}"
    if len(readable) > 1:
        note += f"; {readable[1]} would fit as well, so look at a few dates"
    return f"try_strptime({look.sql}, {literal(readable[0])})", note


def _number_instant(connection: Connection, source: Source, look: Look) -> tuple[str, str]:
    low, high = connection.execute(
        f"SELECT min({look.sql}), max({look.sql}) FROM {source.relation}"
    ).fetchall()[0]
    if low >= 19700101 and high <= 21001231 and look.distinct < 50_000:
        text = f"CAST(CAST({look.sql} AS BIGINT) AS VARCHAR)"
        return f"try_strptime({text}, '%Y%m%d')", "read as year, month, day"
    if low >= 300_000_000 and high < 4_102_444_800:
        return f"to_timestamp({look.sql})", "read as seconds since 1970"
    if low >= 300_000_000_000 and high < 4_102_444_800_000:
        return f"to_timestamp({look.sql} / 1000)", "read as milliseconds since 1970"
    return "", ""
