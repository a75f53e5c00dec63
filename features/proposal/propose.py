"""Look at a company's own files and propose how to map them, with a reason for each column."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from features.proposal.others import propose_other
from features.proposal.purchases import Purchases
from features.proposal.surroundings import FALLBACK_DAYS
from features.proposal.writing import Proposal, ProposedTable
from features.sources.connection import connect, faults_worded
from features.vocabulary.errors import UsageRefused, did_you_mean
from features.vocabulary.tables import TABLES


def propose(purchases: Path | None = None, *, others: Mapping[str, Path] | None = None) -> Proposal:
    """Look at a file of purchases and further files, and propose how to map them.

    ``others`` are files of further tables by the table's name. A column that nothing speaks for is
    left open, with those that could be it. Raises ``DataRefused`` when a file cannot be read.
    """
    others = others or {}
    for name in others:
        if name not in TABLES:
            raise UsageRefused(
                expected="a table Regulars knows",
                found=name,
                remedy=did_you_mean(name, list(TABLES)),
            )
    if purchases is None and not others:
        raise UsageRefused(
            expected="a file to look at", found="none", remedy="Give --purchases FILE."
        )
    with (
        tempfile.TemporaryDirectory(prefix="regulars-", ignore_cleanup_errors=True) as scratch,
        connect(Path(scratch)) as connection,
        _reading(),
    ):
        if purchases is None:
            proposal = _without_purchases()
        else:
            proposal = Purchases(connection, purchases, Path(scratch)).propose(others)
        timezone = proposal.tables[0].timezone if proposal.tables else "UTC"
        further = [
            propose_other(connection, name, path, Path(scratch), timezone)
            for name, path in others.items()
        ]
    return _together(proposal, further)


def _reading() -> AbstractContextManager[None]:
    return faults_worded(
        expected="values that can be looked at",
        remedy="Write regulars.toml by hand; docs/tables.md names the columns.",
    )


def _without_purchases() -> Proposal:
    return Proposal(
        (),
        "EUR",
        "A guess: nothing in the files speaks of it, so put in your own.",
        FALLBACK_DAYS,
        "Nothing speaks for another horizon",
    )


def _together(proposal: Proposal, further: list[ProposedTable]) -> Proposal:
    return Proposal(
        (*proposal.tables, *further),
        proposal.currency,
        proposal.currency_reason,
        proposal.horizon_days,
        proposal.horizon_reason,
        proposal.remarks,
        proposal.churn,
    )
