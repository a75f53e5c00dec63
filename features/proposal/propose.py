"""Look at a company's own files and propose how to map them, with a reason for each column."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from features.proposal.amounts.currencies import currency_columns
from features.proposal.joining import files_of_purchases
from features.proposal.kinds import answer_in, is_of_contracts, tables_of_answers, trainable_without
from features.proposal.merchandise import beyond
from features.proposal.others import propose_other, table_of
from features.proposal.purchases import PurchasesDraft
from features.proposal.surroundings import FALLBACK_DAYS
from features.proposal.wording.namesakes import with_ambiguous_columns_open
from features.proposal.wording.readings import readings_of
from features.proposal.wording.writing import Proposal, ProposedColumn, ProposedTable
from features.sources.connection import Connection, connect, faults_worded
from features.vocabulary.errors import UsageRefused, did_you_mean
from features.vocabulary.tables import CUSTOMER_ID, CUSTOMERS, TABLES

_CONTRACT_DAYS = 30


def propose(
    purchases: Path | None = None,
    *,
    others: Mapping[str, Path] | None = None,
    orders: Path | None = None,
) -> Proposal:
    """Look at a file of purchases and further files, and propose how to map them.

    ``others`` are files of further tables by the table's name; ``orders`` is the file of the orders, where
    that of the purchases has their lines alone. A column that nothing speaks for is
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
    if purchases is None and orders is not None:
        raise UsageRefused(
            expected="the file of the orders' lines beside that of the orders",
            found="none",
            remedy="Give --purchases FILE: the lines, or the orders where there are no lines.",
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
        folder = Path(scratch)
        proposal = (
            _without_purchases()
            if purchases is None
            else _of_file(connection, purchases, folder, others, orders)
        )
        timezone = proposal.tables[0].timezone if proposal.tables else ""
        further = [
            propose_other(connection, name, path, folder, timezone, proposal.without)
            for name, path in others.items()
        ]
    return _together(proposal, further)


def _reading() -> AbstractContextManager[None]:
    return faults_worded(
        expected="values that can be looked at",
        remedy="Write regulars.toml by hand; docs/tables.md names the columns.",
    )


def _of_file(
    connection: Connection,
    path: Path,
    scratch: Path,
    others: Mapping[str, Path],
    orders: Path | None,
) -> Proposal:
    """What is proposed for a file said to be of purchases, whatever it turns out to be."""
    files = files_of_purchases(connection, path, scratch, orders, others.get("customers"))
    purchases = PurchasesDraft(connection, files)
    looks = purchases.looks
    answers = answer_in(connection, purchases.source, looks)
    if answers is not None:
        tables, name = tables_of_answers(path, looks, *answers)
        said = "The file has one row a customer and no dates, so it is mapped as customers and outcomes."
        kept = tuple(
            replace(table, readings=readings_of(purchases.source, table.expressions))
            for table in tables
            if table.name not in others
        )
        return replace(
            _without_purchases(),
            tables=kept,
            remarks=(said,),
            churn={"outcome": "stated", "outcome_name": name},
        )
    if is_of_contracts(looks) and "contracts" not in others:
        table = table_of(connection, "contracts", path, purchases.source, looks)
        stated = currency_columns(connection, purchases.source, looks)
        if len(stated) != 1 or not stated[0].is_single:
            return replace(_without_purchases(), tables=(table,))
        return replace(
            _without_purchases(),
            tables=(table,),
            currency=stated[0].lines[0][0],
            currency_reason=f"The currency is what {stated[0].look.name} says.",
        )
    proposal = purchases.propose(others)
    tables = tuple(with_ambiguous_columns_open(purchases.source, one) for one in proposal.tables)
    proposal = replace(proposal, tables=tables)
    said = trainable_without(looks, proposal.open)
    return replace(proposal, remarks=(said,)) if said else proposal


def _without_purchases() -> Proposal:
    return Proposal(
        (),
        "EUR",
        "A guess: nothing in the files speaks of it, so put in your own.",
        FALLBACK_DAYS,
        "Nothing speaks for another horizon",
    )


def _together(proposal: Proposal, further: list[ProposedTable]) -> Proposal:
    """One proposal of all tables; it asks about what they can answer."""
    tables = (*proposal.tables, *(_as_joined(proposal, one) for one in further))
    names = {table.name: table for table in tables}
    proposal = replace(proposal, without=beyond(names.get("items"), proposal.without))
    if proposal.churn or "purchases" in names:
        return replace(proposal, tables=tables)
    if "contracts" in names:
        return replace(
            proposal,
            tables=tables,
            churn={"outcome": "contract"},
            horizon_days=_CONTRACT_DAYS,
            horizon_reason="A guess: contracts that expire within a month are asked about",
        )
    return replace(proposal, tables=tables)


def _as_joined(proposal: Proposal, table: ProposedTable) -> ProposedTable:
    """A table of customers with the number that the purchases take from its file, where that is joined to them."""
    bought = proposal.tables[0] if proposal.tables else None
    prefix = '"customers.'
    if table.name != CUSTOMERS.name or bought is None:
        return table
    who = bought.columns[0].expression
    if not who.startswith(prefix) or not any(one.name == "customers" for one in bought.joins):
        return table
    name = who.removeprefix(prefix).removesuffix('"')
    reason = (
        "As for the purchases; of several rows of one person the value said most often is taken."
    )
    said = ProposedColumn(CUSTOMER_ID, name, reason)
    others = [one for one in table.columns if one.column != CUSTOMER_ID]
    return replace(table, columns=(said, *others))
