"""A check of the raw tables as the command line shows it."""

from __future__ import annotations

from features.checks.breaches import Report
from regulars.narrator import Table


def report_tables(report: Report) -> list[Table]:
    """What a check found, and what became of every row."""
    accounts = [
        (
            one.table,
            f"{one.rows_in_source:,}",
            f"{one.rows_set_aside:,}",
            f"{one.rows_duplicate:,}",
            f"{one.rows_merged:,}",
            f"{one.rows_kept:,}",
        )
        for one in report.tables
    ]
    findings = [
        (
            one.table,
            one.what,
            f"{one.rows:,}" if one.rows else "",
            one.becomes,
            ", ".join(one.sample),
            one.advice,
        )
        for one in report.breaches
    ]
    return [
        Table(
            "What was found",
            ("table", "what", "rows", "becomes", "for instance", "advice"),
            findings,
        ),
        Table(
            "What became of every row",
            ("table", "rows", "set aside", "repeated", "merged", "kept"),
            accounts,
        ),
    ]
