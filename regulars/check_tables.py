"""A check of the raw tables as the command line shows it."""

from __future__ import annotations

from features.checks.breaches import CheckReport
from regulars.narrator import Table


def report_tables(report: CheckReport) -> list[Table]:
    """What a check found, and what became of every row."""
    accounts = [
        (
            account.table,
            f"{account.rows_in_source:,}",
            f"{account.rows_set_aside:,}",
            f"{account.rows_duplicate:,}",
            f"{account.rows_merged:,}",
            f"{account.rows_kept:,}",
        )
        for account in report.tables
    ]
    findings = [
        (
            breach.table,
            f"{breach.what}; {breach.detail}" if breach.detail else breach.what,
            f"{breach.rows:,}" if breach.rows else "",
            breach.becomes,
            ", ".join(breach.sample),
            breach.advice,
        )
        for breach in report.breaches
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
