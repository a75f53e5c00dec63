"""What was found in one part of a table, a month as a rule: counts that add up to those of the whole.

Everything here is a count or a few smallest names, so that the account of a table is the sum of its
parts and a part that did not change need not be read again. Two figures are those of single months by
their nature: order numbers that several customers share, and how many orders a cancellation's letters
have, are counted in each month and added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from features.checks.breaches import SAMPLE_ROWS
from features.checks.judging.common_instants import CommonInstant, common_instant
from features.checks.judging.judged_table import OpenTable
from features.checks.judging.known_words import word_counts
from features.checks.judging.overlaps import Overlap, joined_overlaps
from features.checks.judging.whole_files import headless_rows
from features.sources.connection import quoted
from features.vocabulary.tables import CUSTOMER_ID, PURCHASES

FEW_ITEMS = 100
_FEW_LETTERS = 100
"""Order numbers of a month with more different letters before them have letters that say nothing."""
Names = tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """The rows that break the same rules: their bits, their number and a few names."""

    bits: int
    rows: int
    sample: Names


@dataclass(frozen=True)
class Letters:
    """The order numbers that begin with the same letters: lines, returns, orders and kept lines."""

    lines: int = 0
    returns: int = 0
    orders: int = 0
    kept: int = 0
    sample: Names = ()


@dataclass(frozen=True)
class PartAccount:
    """The rows of one part. ``earliest`` and ``latest`` are over all rows, ``first`` and ``last`` kept ones.

    ``own_items`` counts the items that each rule of the company's own is about, ``letters`` the lines
    by the letters before their order numbers, ``words`` the kept rows by the words of the columns that
    know few; each is None where there are too many to tell. ``headless`` are rows without the customer
    that another row of their order has, ``days`` those with kept rows, ``common`` the instants that many
    of the kept rows share.
    """

    groups: tuple[Group, ...] = ()
    repeated: int = 0
    repeated_kept: int = 0
    repeated_sample: Names = ()
    own_items: Mapping[int, Mapping[str, int] | None] = field(default_factory=dict)
    letters: Mapping[str, Letters] | None = field(default_factory=dict)
    words: Mapping[str, Mapping[str, int] | None] = field(default_factory=dict)
    shared_orders: int = 0
    shared_sample: Names = ()
    first_seconds: int | None = None
    last_seconds: int | None = None
    earliest: int | None = None
    latest: int | None = None
    headless: int = 0
    days: int = 0
    common: tuple[CommonInstant, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    """Pairs of files with rows that say the same."""

    def accepted_rows(self, mask: int, *, drops: bool) -> int:
        """How many rows keep their place."""
        unmarked = sum(one.rows for one in self.groups if not one.bits & mask)
        return unmarked - (self.repeated_kept if drops else 0)

    def as_dict(self) -> dict[str, Any]:
        """The account as plain fields."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> PartAccount:
        """The account from its plain fields."""
        said = dict(plain)
        said["groups"] = tuple(
            Group(one["bits"], one["rows"], tuple(one["sample"])) for one in said["groups"]
        )
        said["own_items"] = {int(key): items for key, items in said["own_items"].items()}
        if said["letters"] is not None:
            said["letters"] = {
                key: Letters(**{**one, "sample": tuple(one["sample"])})
                for key, one in said["letters"].items()
            }
        for name in ("repeated_sample", "shared_sample"):
            said[name] = tuple(said[name])
        said["common"] = tuple(CommonInstant(**one) for one in said["common"])
        said["overlaps"] = tuple(
            Overlap(**{**one, "files": tuple(one["files"]), "sample": tuple(one["sample"])})
            for one in said.get("overlaps", ())
        )
        return cls(**said)


def joined(parts: Iterable[PartAccount]) -> PartAccount:
    """The account of several parts together."""
    parts = list(parts)
    groups: dict[int, Group] = {}
    for one in (group for part in parts for group in part.groups):
        before = groups.get(one.bits, Group(one.bits, 0, ()))
        groups[one.bits] = Group(
            one.bits, before.rows + one.rows, _smallest(before.sample, one.sample)
        )
    own: dict[int, dict[str, int] | None] = {}
    for position in {key for part in parts for key in part.own_items}:
        own[position] = _added(part.own_items.get(position, {}) for part in parts)
    return PartAccount(
        groups=tuple(groups[bits] for bits in sorted(groups)),
        repeated=sum(one.repeated for one in parts),
        repeated_kept=sum(one.repeated_kept for one in parts),
        repeated_sample=_smallest(*(one.repeated_sample for one in parts)),
        own_items=own,
        letters=_all_letters(parts),
        words={
            name: _added(part.words.get(name, {}) for part in parts)
            for name in sorted({name for part in parts for name in part.words})
        },
        shared_orders=sum(one.shared_orders for one in parts),
        shared_sample=_smallest(*(one.shared_sample for one in parts)),
        headless=sum(one.headless for one in parts),
        days=sum(one.days for one in parts),
        common=tuple(instant for one in parts for instant in one.common),
        overlaps=joined_overlaps(overlap for one in parts for overlap in one.overlaps),
        first_seconds=min((one.first_seconds for one in parts if one.first_seconds is not None), default=None),
        last_seconds=max((one.last_seconds for one in parts if one.last_seconds is not None), default=None),
    )  # fmt: skip


def _smallest(*samples: Names) -> Names:
    return tuple(sorted({name for sample in samples for name in sample})[:SAMPLE_ROWS])


def _added(counts: Iterable[Mapping[str, int] | None]) -> dict[str, int] | None:
    total: dict[str, int] = {}
    for one in counts:
        if one is None:
            return None
        for name, count in one.items():
            total[name] = total.get(name, 0) + count
    return total


def _all_letters(parts: Sequence[PartAccount]) -> dict[str, Letters] | None:
    total: dict[str, Letters] = {}
    for part in parts:
        if part.letters is None:
            return None
        for name, one in part.letters.items():
            had = total.get(name, Letters())
            total[name] = Letters(
                had.lines + one.lines,
                had.returns + one.returns,
                had.orders + one.orders,
                had.kept + one.kept,
                _smallest(had.sample, one.sample),
            )
    return total


def part_accounts(opened: OpenTable, parts: Sequence[int]) -> dict[int, PartAccount]:
    """The accounts of parts of a judged table; repeated rows are left in a relation of their own."""
    groups: dict[int, list[Group]] = {part: [] for part in parts}
    rows = opened.connection.execute(f"""
        SELECT part, bits, count(*),
               min(CASE WHEN bits <> 0 THEN {opened.row_name} END, {SAMPLE_ROWS})
        FROM {opened.judged} GROUP BY part, bits ORDER BY part, bits
    """).fetchall()
    for part, bits, count, sample in rows:
        groups[part].append(Group(int(bits), int(count), tuple(sample or ())))
    if opened.is_merged:
        return {part: PartAccount(tuple(found)) for part, found in groups.items()}
    opened.connection.execute(f"""
        CREATE OR REPLACE TABLE {repeated_relation(opened)} (
            part INTEGER, print_1 UBIGINT, print_2 UBIGINT, bits BIGINT, extra BIGINT, name VARCHAR)
    """)
    return {part: _part(opened, part, tuple(found)) for part, found in groups.items()}


def repeated_relation(opened: OpenTable) -> str:
    """The relation of the rows that are repeated."""
    return f"repeated_{opened.table.name}"


def _part(opened: OpenTable, part: int, groups: tuple[Group, ...]) -> PartAccount:
    rows = f"{opened.judged} WHERE part = {part}"
    unmarked = f"bits & {opened.mask} = 0"
    repeated = repeated_relation(opened)
    opened.connection.execute(f"""
        INSERT INTO {repeated}
        SELECT {part}, print_1, print_2, any_value(bits), count(*) - 1, min({opened.row_name})
        FROM {rows} GROUP BY print_1, print_2 HAVING count(*) > 1
    """)
    found, kept, sample = opened.connection.execute(f"""
        SELECT coalesce(sum(extra), 0), coalesce(sum(CASE WHEN {unmarked} THEN extra END), 0),
               min(name, {SAMPLE_ROWS}) FROM {repeated} WHERE part = {part}
    """).fetchall()[0]
    assert opened.event is not None
    seconds = quoted(opened.event.stored)
    first, last, earliest, latest = opened.connection.execute(f"""
        SELECT min({seconds}) FILTER ({unmarked}), max({seconds}) FILTER ({unmarked}),
               min({seconds}), max({seconds}) FROM {rows}
    """).fetchall()[0]
    shared, shared_sample = _shared_orders(opened, f"{rows} AND {unmarked}")
    days, common = common_instant(opened, f"{rows} AND {unmarked}")
    return PartAccount(
        groups=groups,
        repeated=int(found),
        repeated_kept=int(kept),
        repeated_sample=tuple(sample or ()),
        own_items=_own_items(opened, rows, groups),
        letters=_letters(opened, rows, unmarked),
        words=word_counts(opened.connection, opened.columns, f"{rows} AND {unmarked}"),
        shared_orders=shared,
        shared_sample=shared_sample,
        first_seconds=first,
        last_seconds=last,
        earliest=earliest,
        latest=latest,
        headless=headless_rows(opened, rows) if _has_strangers(opened, groups) else 0,
        days=days,
        common=() if common is None else (common,),
    )


def _has_strangers(opened: OpenTable, groups: Sequence[Group]) -> bool:
    """Whether any row is without a customer; the rows need not be looked at for it."""
    bit = sum(
        1 << position
        for position, rule in enumerate(opened.rules)
        if rule.name == f"missing.{CUSTOMER_ID}"
    )
    return any(one.bits & bit for one in groups)


def _own_items(
    opened: OpenTable, rows: str, groups: Sequence[Group]
) -> dict[int, dict[str, int] | None]:
    own: dict[int, dict[str, int] | None] = {}
    for position, rule in enumerate(opened.rules):
        if not rule.is_own or opened.table is not PURCHASES:
            continue
        bit = 1 << position
        own[position] = {}
        if any(one.bits & bit for one in groups):
            counts = opened.connection.execute(f"""
                SELECT coalesce(item_id, '(none)'), count(*) FROM {rows} AND bits & {bit} <> 0
                GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {FEW_ITEMS + 1}
            """).fetchall()
            own[position] = None if len(counts) > FEW_ITEMS else dict(counts)
    return own


def _letters(opened: OpenTable, rows: str, unmarked: str) -> dict[str, Letters] | None:
    if opened.table is not PURCHASES:
        return {}
    # Rows are many and returns few: only these are named, and the letters are taken from an order once.
    found = opened.connection.execute(f"""
        WITH orders AS (
            SELECT order_id, count(*) AS lines, count(*) FILTER (quantity_milli < 0) AS returns,
                   count(*) FILTER ({unmarked}) AS kept,
                   min(CASE WHEN quantity_milli < 0 THEN {opened.row_name} END) AS name
            FROM {rows} AND NOT (order_id < 'A') GROUP BY order_id)
        SELECT upper(regexp_extract(order_id, '^[A-Za-z]+')) AS letters, CAST(sum(lines) AS BIGINT),
               CAST(sum(returns) AS BIGINT), count(*), CAST(sum(kept) AS BIGINT), min(name, {SAMPLE_ROWS})
        FROM orders WHERE letters <> '' GROUP BY letters ORDER BY letters LIMIT {_FEW_LETTERS + 1}
    """).fetchall()
    if len(found) > _FEW_LETTERS:
        return None
    return {
        letters: Letters(lines, returns, orders, kept, tuple(sample or ()))
        for letters, lines, returns, orders, kept, sample in found
    }


def _shared_orders(opened: OpenTable, rows: str) -> tuple[int, Names]:
    if opened.table is not PURCHASES:
        return 0, ()
    shared, sample = opened.connection.execute(f"""
        SELECT count(*), min('order ' || order_id, {SAMPLE_ROWS}) FROM (
            SELECT order_id FROM {rows} GROUP BY order_id
            HAVING min({CUSTOMER_ID}) <> max({CUSTOMER_ID}))
    """).fetchall()[0]
    return int(shared), tuple(sample or ())
