"""What was found in a judged table: every breach counted and sampled, every row accounted for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from features.breaches import SAMPLE_ROWS, Breach, Severity, TableReport, refusal, shortened
from features.errors import DataRefused
from features.judging import OpenTable
from features.protected import protected_notes
from features.sources import quoted
from features.tables import CUSTOMER_ID, CUSTOMERS, PURCHASES

_CANCELLING_SHARE = 0.99
"""Letters before an order number mark cancellations when so large a share of their lines are returns."""
_FEW_ITEMS = 100


@dataclass(frozen=True)
class Account:
    """A table's report and breaches, with what is needed to select the kept rows."""

    report: TableReport
    breaches: tuple[Breach, ...]
    mask: int
    """The bits of the rules that set rows aside: a row is kept when it has none of them."""
    drops_repeated: bool


@dataclass(frozen=True)
class _Group:
    """The rows that break the same rules: their bits, their number and a few names."""

    bits: int
    rows: int
    sample: tuple[str, ...]


def account(opened: OpenTable) -> Account:
    """Count what became of the rows of a judged table."""
    groups = _groups(opened)
    mask = sum(
        1 << position
        for position, rule in enumerate(opened.rules)
        if rule.severity is Severity.SETS_ASIDE
    )
    in_source = opened.number(f"SELECT count(*) FROM {opened.source.relation}")
    read = sum(one.rows for one in groups)
    set_aside = sum(one.rows for one in groups if one.bits & mask)
    breaches = list(_rule_breaches(opened, groups, mask, read))
    repeated = None if opened.is_merged else _repeated(opened, mask)
    if repeated is not None:
        breaches.append(repeated)
    duplicates = repeated.decided if repeated is not None else 0
    kept = read - set_aside - duplicates
    keys = kept
    if opened.is_merged:
        keys = _count_keys(opened, mask)
        breaches += _merged_breaches(opened, mask, kept - keys)
    if opened.table is PURCHASES:
        breaches += _purchase_notes(opened, mask)
    if opened.table is CUSTOMERS:
        columns = [one.column for one in opened.columns]
        breaches += protected_notes(opened.table.name, columns, keys)
    customers, first, last = _extent(opened, mask)
    breaches += _too_little(opened, in_source, read, kept, customers)
    report = TableReport(
        table=opened.table.name,
        source=opened.source.shown,
        rows_in_source=in_source,
        rows_not_selected=in_source - read,
        rows_set_aside=set_aside,
        rows_duplicate=duplicates,
        rows_merged=kept - keys,
        rows_kept=keys,
        customers=customers,
        first_seconds=first,
        last_seconds=last,
    )
    return Account(report, tuple(breaches), mask, drops_repeated=duplicates > 0)


def _groups(opened: OpenTable) -> list[_Group]:
    rows = opened.connection.execute(f"""
        SELECT bits, count(*), min(CASE WHEN bits <> 0 THEN {opened.row_name} END, {SAMPLE_ROWS})
        FROM {opened.judged} GROUP BY bits ORDER BY bits
    """).fetchall()
    return [_Group(int(bits), int(count), tuple(sample or ())) for bits, count, sample in rows]


def _rule_breaches(
    opened: OpenTable, groups: Sequence[_Group], mask: int, read: int
) -> Iterator[Breach]:
    for position, rule in enumerate(opened.rules):
        bit = 1 << position
        met = [one for one in groups if one.bits & bit]
        found = sum(one.rows for one in met)
        if not found and not rule.is_own:
            continue
        earlier = mask & (bit - 1)
        breach = Breach(
            table=opened.table.name,
            rule=rule.name,
            what=rule.what,
            rows=found,
            becomes=rule.becomes,
            severity=rule.severity,
            decided=sum(one.rows for one in met if mask & bit and not one.bits & earlier),
            kept=sum(one.rows for one in met if not one.bits & mask),
            sample=tuple(sorted({name for one in met for name in one.sample})[:SAMPLE_ROWS]),
            advice=rule.advice,
            detail=_items_met(opened, bit) if rule.is_own and found else "",
        )
        if found > rule.tolerated * read:
            breach = replace(breach, severity=Severity.REFUSES, becomes="refused")
        yield breach


def _items_met(opened: OpenTable, bit: int) -> str:
    """The few item numbers a rule of the company's own is about, such as POST and TEST001."""
    if opened.table is not PURCHASES:
        return ""
    rows = opened.connection.execute(f"""
        SELECT coalesce(item_id, '(none)'), count(*) FROM {opened.judged} WHERE bits & {bit} <> 0
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_FEW_ITEMS + 1}
    """).fetchall()
    if len(rows) > _FEW_ITEMS:
        return ""
    return "items: " + shortened([f"{item} ({count:,})" for item, count in rows], 12)


_REPEATED = {
    "drop": ("dropped, one of each is kept", Severity.SETS_ASIDE),
    "keep": ("kept, as `duplicates` says", Severity.NOTES),
    "refuse": ("refused, as `duplicates` says", Severity.REFUSES),
}


def _repeated(opened: OpenTable, mask: int) -> Breach | None:
    """Rows repeated in every column of the source; leaves them in a relation of their own."""
    repeated = f"repeated_{opened.table.name}"
    opened.connection.execute(f"""
        CREATE OR REPLACE TABLE {repeated} AS
        SELECT print_1, print_2, any_value(bits) AS bits, count(*) - 1 AS extra,
               min({opened.row_name}) AS name
        FROM {opened.judged} GROUP BY print_1, print_2 HAVING count(*) > 1
    """)
    found, unmarked, sample = opened.connection.execute(f"""
        SELECT sum(extra), coalesce(sum(CASE WHEN bits & {mask} = 0 THEN extra END), 0),
               min(name, {SAMPLE_ROWS}) FROM {repeated}
    """).fetchall()[0]
    if not found:
        return None
    becomes, severity = _REPEATED[opened.mapping.duplicates]
    drops = opened.mapping.duplicates == "drop"
    return Breach(
        table=opened.table.name,
        rule="duplicates",
        what="rows that repeat another in every column",
        rows=int(found),
        becomes=becomes,
        severity=severity,
        decided=int(unmarked) if drops else 0,
        kept=0 if drops else int(unmarked),
        sample=tuple(sample),
        advice='If each is a row of its own, write duplicates = "keep".',
    )


def _selected(opened: OpenTable, mask: int) -> str:
    return f"FROM {opened.judged} WHERE bits & {mask} = 0"


def _keys(opened: OpenTable) -> str:
    return ", ".join(quoted(one.stored) for one in opened.key_columns)


def _count_keys(opened: OpenTable, mask: int) -> int:
    return opened.number(
        f"SELECT count(*) FROM (SELECT DISTINCT {_keys(opened)} {_selected(opened, mask)})"
    )


def _merged_breaches(opened: OpenTable, mask: int, merged: int) -> Iterator[Breach]:
    """Rows that share their key, and the columns in which such rows contradict each other."""
    if not merged:
        return
    refuses = opened.mapping.duplicates == "refuse"
    key = " and ".join(opened.table.key)
    yield Breach(
        table=opened.table.name,
        rule="repeated_key",
        what=f"further rows of the same {key}",
        rows=merged,
        becomes="refused, as `duplicates` says" if refuses else "merged into one row",
        severity=Severity.REFUSES if refuses else Severity.NOTES,
        decided=merged,
        advice="Each column takes the value said most often, and the smallest of equals.",
    )
    for column in opened.columns:
        if column in opened.key_columns:
            continue
        count, sample = opened.connection.execute(f"""
            SELECT count(*), min(name, {SAMPLE_ROWS}) FROM (
                SELECT min({opened.row_name}) AS name {_selected(opened, mask)}
                GROUP BY {_keys(opened)} HAVING count(DISTINCT {quoted(column.stored)}) > 1)
        """).fetchall()[0]
        if count:
            yield Breach(
                table=opened.table.name,
                rule=f"several.{column.column.name}",
                what=f"{key} with several values of {column.column.name}",
                rows=int(count),
                becomes="merged: the value said most often",
                severity=Severity.NOTES,
                sample=tuple(sample),
            )


def _purchase_notes(opened: OpenTable, mask: int) -> Iterator[Breach]:
    """Letters that mark cancellations, and order numbers that several customers share."""
    rows = opened.connection.execute(f"""
        SELECT upper(regexp_extract(order_id, '^[A-Za-z]+')) AS letters, count(*),
               count(*) FILTER (quantity_milli < 0), count(DISTINCT order_id),
               count(*) FILTER (bits & {mask} = 0), min({opened.row_name}, {SAMPLE_ROWS})
        FROM {opened.judged} WHERE letters <> '' GROUP BY letters ORDER BY letters
    """).fetchall()
    for letters, lines, returns, orders, kept, sample in rows:
        if returns >= max(_CANCELLING_SHARE * lines, 1):
            yield Breach(
                table=opened.table.name,
                rule=f"cancellations.{letters}",
                what=f"cancellations: order numbers beginning with {letters}",
                rows=int(lines),
                becomes="kept as returns",
                severity=Severity.NOTES,
                kept=int(kept),
                sample=tuple(sample),
                detail=f"{orders:,} orders; quantity is below zero on {returns:,} of the lines",
            )
    shared, sample = opened.connection.execute(f"""
        SELECT count(*), min('order ' || order_id, {SAMPLE_ROWS}) FROM (
            SELECT order_id {_selected(opened, mask)} GROUP BY order_id
            HAVING min({CUSTOMER_ID}) <> max({CUSTOMER_ID}))
    """).fetchall()[0]
    if shared:
        yield Breach(
            table=opened.table.name,
            rule="shared_order",
            what="order numbers that stand for orders of several customers",
            rows=int(shared),
            becomes="kept as one order for each customer",
            severity=Severity.NOTES,
            sample=tuple(sample),
        )


def _extent(opened: OpenTable, mask: int) -> tuple[int, int | None, int | None]:
    """The customers and the first and last instant of the kept rows."""
    has_customer = any(one.column.name == CUSTOMER_ID for one in opened.columns)
    seconds = quoted(opened.event.stored) if opened.event else "NULL"
    customers, first, last = opened.connection.execute(f"""
        SELECT count(DISTINCT {CUSTOMER_ID if has_customer else "NULL"}), min({seconds}), max({seconds})
        {_selected(opened, mask)}
    """).fetchall()[0]
    return int(customers), first, last


def _too_little(
    opened: OpenTable, in_source: int, read: int, kept: int, customers: int
) -> Iterator[Breach]:
    """Refuse a table without rows, and purchases of one customer alone."""
    if not kept:
        reason = "all were set aside" if read else "`where` lets none through"
        fault = DataRefused(
            expected=f"rows of {opened.table.name} in {opened.source.shown}",
            found=f"none of {in_source:,} left, {reason}" if in_source else "no rows",
            remedy="Correct `where`, `set_aside` or the columns named beside."
            if in_source
            else "Name a source that holds rows.",
        )
        yield refusal(opened.table.name, "empty", fault)
    elif opened.table is PURCHASES and customers == 1:
        fault = DataRefused(
            expected="purchases of many customers",
            found="one customer only",
            remedy=f"See whether customer_id = {opened.mapping.columns[CUSTOMER_ID]} is right.",
        )
        yield refusal(opened.table.name, "one_customer", fault)
