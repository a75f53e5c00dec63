"""What is told of a check over all tables together: their figures, and how far their keys meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from features.checks.breaches import CheckReport
from features.checks.identities.conflicts import conflicts
from features.checks.journal import FileRecord
from features.checks.judging.judged_table import OpenTable
from features.checks.overview.exchanged_days import exchanged_days
from features.checks.overview.likeness import carried_by_few, near_equal_ids
from features.checks.overview.meetings import meeting_breaches, meetings
from features.checks.overview.merchandise import no_merchandise
from features.checks.overview.money import without_money
from features.checks.overview.order_numbers import numbers_used_again
from features.checks.overview.placeholder_customers import placeholder_breaches
from features.checks.overview.records import file_accounts
from features.checks.overview.summaries import orders_relation, table_summary
from features.sources.connection import Connection, quoted
from features.vocabulary.tables import PURCHASES


def with_figures(
    connection: Connection,
    report: CheckReport,
    tables: Mapping[str, tuple[OpenTable, Mapping[str, FileRecord]]],
) -> CheckReport:
    """The report with every table's figures and what only shows over all rows; all files were read for it."""
    every = {name: opened for name, (opened, _) in tables.items()}
    rows = {name: _accepted_keys(opened) for name, opened in every.items()}
    columns = {
        name: frozenset(one.column.name for one in opened.columns) for name, opened in every.items()
    }
    found = meetings(connection, columns, rows)
    breaches = [
        *meeting_breaches(connection, found, rows),
        *no_merchandise(connection, every),
        *conflicts(every),
    ]
    summaries = []
    for name, (opened, files) in tables.items():
        summary = table_summary(opened, report.of(name), file_accounts(opened, files))
        meets = tuple(one for one in found if one.table == name)
        summaries.append(replace(summary, meets=meets))
        if opened.table is PURCHASES:
            breaches += [
                *without_money(opened, orders_relation(opened)),
                *exchanged_days(opened, orders_relation(opened)),
                *near_equal_ids(opened),
                *carried_by_few(opened),
                *placeholder_breaches(opened),
                *numbers_used_again(opened),
            ]
    return replace(
        report, summaries=tuple(summaries), breaches=(*report.breaches, *breaches)
    )  # fmt: skip


def _accepted_keys(opened: OpenTable) -> str:
    keys = [
        quoted(one.stored)
        for one in opened.columns
        if one.column.name in ("customer_id", "item_id", "offer_id")
    ]
    selected = ", ".join(keys) or "1"
    return f"SELECT {selected} FROM {opened.judged} WHERE bits & {opened.mask} = 0"
