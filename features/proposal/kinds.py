"""What kind of file somebody gives: order lines, contracts, or one row a customer with a yes or no beside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from features.proposal.columns.looking import Look
from features.proposal.columns.names import ROLES, likeness, words_of
from features.proposal.wording.writing import ProposedColumn, ProposedTable
from features.sources.attachment import Source
from features.sources.connection import Connection, quoted
from features.vocabulary.protected import reason_against
from features.vocabulary.tables import TABLES
from features.vocabulary.words import YES_OR_NO

_WELL_NAMED = 0.8
_LEFT = frozenset(
    {"churn", "churned", "exited", "left", "attrition", "gekuendigt", "kuendigung", "abgang"}
)
_ANSWERS = _LEFT | {
    "target",
    "label",
    "outcome",
    "y",
    "subscribed",
    "converted",
    "response",
    "won",
    "default",
}
_SOME_DAY = "DATE '2020-01-01'"


def is_of_contracts(looks: Sequence[Look]) -> bool:
    """Whether a file has the columns of contracts and none of order lines."""
    best = {role: max((likeness(look.name, role) for look in looks), default=0.0)
            for role in ("contract_id", "starts_at", "ends_at", "cancelled_at", "item_id")}  # fmt: skip
    times = max(best["ends_at"], best["cancelled_at"])
    is_named = min(best["contract_id"], best["starts_at"], times) >= _WELL_NAMED
    return is_named and best["item_id"] < _WELL_NAMED


def answer_in(
    connection: Connection, source: Source, looks: Sequence[Look]
) -> tuple[Look, Look] | None:
    """The customer and the yes or no of a file with one row a customer and no dates; None for any other."""
    if any(look.as_instant_only or (look.as_instant and look.type == "VARCHAR") for look in looks):
        return None
    numbers = [
        look
        for look in looks
        if look.distinct == look.rows > 1 and likeness(look.name, "customer_id") >= _WELL_NAMED
    ]
    answers = [look for look in looks if _is_yes_or_no(connection, source, look)]
    named = [look for look in answers if _ANSWERS & set(words_of(look.name))]
    if not numbers or not named:
        return None
    return numbers[0], named[-1]


def _is_yes_or_no(connection: Connection, source: Source, look: Look) -> bool:
    if look.distinct != 2:
        return False
    rows = connection.execute(
        f"SELECT DISTINCT lower(strip_accents(trim(CAST({quoted(look.name)} AS VARCHAR)))) FROM {source.relation} "
        f"WHERE {quoted(look.name)} IS NOT NULL"
    ).fetchall()
    return {str(word) for (word,) in rows if word} <= YES_OR_NO


def tables_of_answers(
    path: Path, looks: Sequence[Look], customer: Look, answer: Look
) -> tuple[tuple[ProposedTable, ...], str]:
    """Customers with what was declared of them and outcomes with the answer, and the outcome's name."""
    name = "left" if _LEFT & set(words_of(answer.name)) else _snake(answer.name)
    number = ProposedColumn(
        "customer_id", customer.sql, f"{customer.distinct:,} customers, one a row"
    )
    columns, kept_out = [number], []
    for look in looks:
        if look.name in (customer.name, answer.name) or look.distinct < 2:
            continue
        ours = _free_name(_snake(look.name), {column.column for column in columns})
        if reason_against(look.name) or _is_a_protected_word(look.name):
            kept_out.append(look.name)
            continue
        gaps = f", missing on {look.missing:,}" if look.missing else ""
        expression = look.as_number if look.as_number and look.type == "VARCHAR" else look.sql
        columns.append(
            ProposedColumn(ours, expression, f"{look.distinct:,} different values{gaps}")
        )
    remarks = ["One row a customer, with what is declared of them."]
    if kept_out:
        remarks.append(
            f"Left out: {', '.join(kept_out)}, for nobody is to be treated by what a person cannot be judged by."
        )
    customers = ProposedTable("customers", path, tuple(columns), remarks=tuple(remarks))
    still_open = (
        f"; the {answer.missing:,} without teach nothing and are scored" if answer.missing else ""
    )
    outcomes = ProposedTable(
        "outcomes",
        path,
        (
            number,
            ProposedColumn(
                "cutoff",
                _SOME_DAY,
                "the file has no dates, so one day stands for all: any in the past does",
            ),
            ProposedColumn("name", f"'{name}'", "what the answer is called in the settings"),
            ProposedColumn(
                "value", answer.sql, f"yes or no, on {answer.filled:,} rows{still_open}"
            ),
        ),
        duplicates="keep",
    )
    return (customers, outcomes), name


def trainable_without(looks: Sequence[Look], open_columns: Sequence[str]) -> str:
    """What can be trained while columns of the purchases are missing, in a sentence; empty where nothing is."""
    missing = {name.rpartition(".")[2] for name in open_columns}
    if "customer_id" in missing:
        return (
            "Without a column for the customer no model can be trained and nobody can be scored: only sums of sales "
            "could be told from this file."
        )
    if "ordered_at" in missing:
        return (
            "Without the day of the purchase no model of purchases can be trained: churn, value, segments and "
            "recommendations all ask what came when. A file with dates, a table of contracts (--contracts) or of labels "
            "you already have (--outcomes) can be used instead."
        )
    if "amount" in missing:
        return (
            'Without money, amount = "0" can be written: then churn and recommendations can still be trained, and the '
            "value of customers cannot."
        )
    return ""


def _snake(name: str) -> str:
    return "_".join(words_of(name)) or "column"


def _free_name(name: str, taken: set[str]) -> str:
    declared = set(TABLES["customers"].column_names) - set(ROLES)
    while name in taken or name in declared:
        name += "_"
    return name


def _is_a_protected_word(name: str) -> bool:
    return bool({"senior", "citizen", "gender"} & set(words_of(name)))
