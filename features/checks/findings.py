"""What was found in a judged table: every breach counted and sampled, every row accounted for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from features.checks.accounts import FEW_ITEMS, PartAccount, joined, part_accounts
from features.checks.breaches import SAMPLE_ROWS, Breach, Severity, TableReport, refusal, shortened
from features.checks.judging.common_instants import common_instant_notes
from features.checks.judging.judged_table import OpenTable
from features.checks.judging.known_words import unknown_words, words_never_said
from features.checks.judging.overlaps import overlap_breach
from features.checks.judging.whole_files import headless_breach, whole_file_breaches
from features.sources.connection import quoted
from features.vocabulary.errors import DataRefused
from features.vocabulary.protected import is_protected
from features.vocabulary.tables import CUSTOMER_ID, CUSTOMERS, PURCHASES, Column

_CANCELLING_SHARE = 0.99
"""Letters before an order number mark cancellations when so large a share of their lines are returns."""


@dataclass(frozen=True)
class Account:
    """A table's report and breaches."""

    report: TableReport
    breaches: tuple[Breach, ...]


def account_of(
    opened: OpenTable, parts: Sequence[PartAccount], in_source: int, customers: int | None = None
) -> Account:
    """What became of the rows of an event table: its parts, added up.

    ``customers`` is how many have kept rows; without it they are not looked at.
    """
    mask = opened.mask
    total = joined(parts)
    read = sum(one.rows for one in total.groups)
    set_aside = sum(one.rows for one in total.groups if one.bits & mask)
    breaches = list(_rule_breaches(opened, total, mask, read))
    breaches += _repeated_breaches(opened, total)
    duplicates = total.repeated_kept if opened.mapping.duplicates == "drop" else 0
    kept = read - set_aside - duplicates
    if opened.table is PURCHASES:
        breaches += _purchase_notes(opened, total)
    if kept:
        breaches += words_never_said(opened.table, opened.columns, total.words)
        breaches += headless_breach(opened, total.headless, read)
        breaches += common_instant_notes(opened, total.common, total.days, kept)
        breaches += overlap_breach(opened, total.overlaps, kept)
    breaches += _too_little(opened, in_source, read, kept, customers)
    report = TableReport(
        table=opened.table.name,
        source=opened.source.shown,
        rows_in_source=in_source,
        rows_not_selected=in_source - read,
        rows_set_aside=set_aside,
        rows_duplicate=duplicates,
        rows_merged=0,
        rows_kept=kept,
        customers=customers or 0,
        first_seconds=total.first_seconds,
        last_seconds=total.last_seconds,
    )
    return Account(report, tuple(breaches))


def account_of_reference(opened: OpenTable) -> Account:
    """What became of the rows of a table that describes, of which several may share a key."""
    mask = opened.mask
    in_source = opened.number(f"SELECT count(*) FROM {opened.source.relation}")
    total = joined(part_accounts(opened, [0]).values())
    read = sum(one.rows for one in total.groups)
    kept = sum(one.rows for one in total.groups if not one.bits & mask)
    keys = _count_keys(opened, mask)
    breaches = [*_rule_breaches(opened, total, mask, read), *whole_file_breaches(opened)]
    breaches += _merged_breaches(opened, mask, kept - keys)
    if opened.table is CUSTOMERS:
        columns = [one.column for one in opened.columns]
        breaches += protected_notes(opened.table.name, columns, keys)
    customers = accepted_customers(opened)
    breaches += _too_little(opened, in_source, read, kept, customers)
    report = TableReport(
        table=opened.table.name,
        source=opened.source.shown,
        rows_in_source=in_source,
        rows_not_selected=in_source - read,
        rows_set_aside=read - kept,
        rows_duplicate=0,
        rows_merged=kept - keys,
        rows_kept=keys,
        customers=customers,
    )
    return Account(report, tuple(breaches))


def accepted_customers(opened: OpenTable) -> int:
    """How many customers have kept rows among those that were judged."""
    if all(one.column.name != CUSTOMER_ID for one in opened.columns):
        return 0
    return opened.number(f"SELECT count(DISTINCT {CUSTOMER_ID}) {_selected(opened, opened.mask)}")


def _rule_breaches(opened: OpenTable, total: PartAccount, mask: int, read: int) -> Iterator[Breach]:
    groups = total.groups
    own = sum(1 << position for position, rule in enumerate(opened.rules) if rule.is_own)
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
            detail=_items_met(total.own_items[position])
            if found and position in total.own_items
            else unknown_words(rule.name, opened.columns, total.words),
        )
        if rule.tells_share:
            breach = replace(breach, detail=f"{found / read:.1%} of the rows")
        surplus = found if rule.is_own else sum(one.rows for one in met if not one.bits & own)
        if surplus > max(rule.tolerated * read, rule.tolerated_rows):
            said = f"{surplus / read:.1%} of the rows; at most {rule.tolerated:.0%} may be so"
            if breach.detail and not rule.tells_share:
                said = f"{breach.detail}; {said}"
            breach = replace(breach, severity=Severity.REFUSES, becomes="refused", detail=said)
        yield breach


def _items_met(items: Mapping[str, int] | None) -> str:
    """The few item numbers a rule of the company's own is about, such as POST and TEST001."""
    if not items or len(items) > FEW_ITEMS:
        return ""
    ordered = sorted(items.items(), key=lambda one: (-one[1], one[0]))
    return "items: " + shortened([f"{item} ({count:,})" for item, count in ordered], 12)


_REPEATED = {
    "drop": ("dropped, one of each is kept", Severity.SETS_ASIDE),
    "keep": ("kept, as `duplicates` says", Severity.NOTES),
    "refuse": ("refused, as `duplicates` says", Severity.REFUSES),
}


def _repeated_breaches(opened: OpenTable, total: PartAccount) -> Iterator[Breach]:
    """Rows repeated in every column of the source."""
    if not total.repeated:
        return
    becomes, severity = _REPEATED[opened.mapping.duplicates]
    drops = opened.mapping.duplicates == "drop"
    yield Breach(
        table=opened.table.name,
        rule="duplicates",
        what="rows that repeat another in every column",
        rows=total.repeated,
        becomes=becomes,
        severity=severity,
        decided=total.repeated_kept if drops else 0,
        kept=0 if drops else total.repeated_kept,
        sample=total.repeated_sample,
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


def _purchase_notes(opened: OpenTable, total: PartAccount) -> Iterator[Breach]:
    """Letters that mark cancellations, and order numbers that several customers share."""
    for letters, one in sorted((total.letters or {}).items()):
        if one.returns >= _CANCELLING_SHARE * one.lines:
            yield Breach(
                table=opened.table.name,
                rule=f"cancellations.{letters}",
                what=f"cancellations: order numbers beginning with {letters}",
                rows=one.lines,
                becomes="kept as returns",
                severity=Severity.NOTES,
                kept=one.kept,
                sample=one.sample,
                detail=f"{one.orders:,} orders; quantity is below zero on {one.returns:,} of the lines",
            )
    if total.shared_orders:
        yield Breach(
            table=opened.table.name,
            rule="shared_order",
            what="order numbers that stand for orders of several customers in one month",
            rows=total.shared_orders,
            becomes="kept as one order for each customer",
            severity=Severity.NOTES,
            sample=total.shared_sample,
        )


def protected_notes(table: str, columns: Iterable[Column], rows: int) -> Iterator[Breach]:
    """One note a protected attribute that a company has mapped, for the check of its tables."""
    for column in columns:
        if is_protected(column.name):
            yield Breach(
                table=table,
                rule=f"protected.{column.name}",
                what=f"{column.name} is a protected attribute",
                rows=rows,
                becomes="kept in the table, never a feature unless [fairness] calls it lawful",
                severity=Severity.NOTES,
                kept=rows,
                advice=f"Leave {column.name} out of `columns` unless you need it for a review.",
            )


def _too_little(
    opened: OpenTable, in_source: int, read: int, kept: int, customers: int | None
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
