"""What people think of reasons: was one helpful, wrong, or known already; counted, and never in their own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from serving.ledger.database import TABLES
from serving.ledger.statements import Statements

VERDICTS = ("helpful", "wrong", "known")

sa.Table(
    "feedback",
    TABLES,
    sa.Column("decision_id", sa.Text, primary_key=True),
    sa.Column("reason_group", sa.Text, primary_key=True),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("given_at", sa.Integer, nullable=False),
)
_KEEP = (
    "INSERT INTO feedback (decision_id, reason_group, verdict, given_at) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (decision_id, reason_group) DO UPDATE SET verdict = excluded.verdict, "
    "given_at = excluded.given_at"
)


@dataclass(frozen=True)
class Verdict:
    """One verdict on the reason of one answer, by its reason group."""

    decision_id: str
    group: str
    verdict: str


class Feedback:
    """The verdicts so far; safe to share between threads and between processes."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    def keep(self, verdicts: Sequence[Verdict], *, at: int) -> list[bool]:
        """Keep verdicts, the latest of each reason; says of each whether its decision is known."""
        known = [
            bool(
                self._statements.rows(
                    "SELECT 1 FROM decisions WHERE decision_id = ?", (one.decision_id,)
                )
            )
            for one in verdicts
        ]
        rows = [
            (one.decision_id, one.group, one.verdict, at)
            for one, is_known in zip(verdicts, known, strict=True)
            if is_known
        ]
        if rows:
            self._statements.write(_KEEP, rows)
        return known

    def counts(self) -> dict[str, dict[str, int]]:
        """How many verdicts of each kind each reason group has."""
        found: dict[str, dict[str, int]] = {}
        for group, verdict, count in self._statements.rows(
            "SELECT reason_group, verdict, count(*) FROM feedback GROUP BY 1, 2 ORDER BY 1, 2"
        ):
            found.setdefault(group, {})[verdict] = count
        return found
