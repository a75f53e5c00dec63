"""What the service answered, as a table: its scores, or the offers it chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from features.company.workspace import Workspace
from features.vocabulary.errors import UsageRefused, did_you_mean
from regulars.library.columns import OFFER_DECISIONS, SCORE_DECISIONS
from regulars.library.names import NamesInTables
from regulars.library.tables import DescribedTable, Entry
from serving.ledger.decisions import Decision
from serving.ledger.ledger import ledger_of
from serving.ledger.offer_decisions import OfferDecision

if TYPE_CHECKING:
    import pyarrow as pa

_OF: Mapping[str, tuple[type[Any], Mapping[str, Entry]]] = {
    "scores": (Decision, SCORE_DECISIONS),
    "offers": (OfferDecision, OFFER_DECISIONS),
}


def decisions_table(workspace: Workspace, of: str, names: NamesInTables) -> DescribedTable:
    """The decisions about ``scores`` or ``offers``, oldest first; ``UsageRefused`` for anything else."""
    if of not in _OF:
        raise UsageRefused(
            expected="decisions of scores or of offers",
            found=repr(of),
            remedy=did_you_mean(of, list(_OF)),
        )
    kind, dictionary = _OF[of]
    with ledger_of(workspace) as ledger:
        decided: Sequence[Any] = ledger.decisions() if of == "scores" else ledger.offers.all()
    return DescribedTable.of(_table(kind, decided, names), dictionary)


def _table(kind: type[Any], decided: Sequence[Any], names: NamesInTables) -> pa.Table:
    import pyarrow as pa

    said = names.of_ids([one.customer_id for one in decided])
    named = [(one, name) for one, name in zip(decided, said, strict=True) if name is not None]
    columns: dict[str, Any] = {}
    for field in fields(kind):
        values = [getattr(one, field.name) for one, _ in named]
        name = field.name.removesuffix("_seconds")
        columns[name] = pa.array(values, _type_of(name, str(field.type)))
    columns["customer_id"] = pa.array([name for _, name in named], pa.string())
    return pa.table(columns)


def _type_of(name: str, declared: str) -> pa.DataType:
    import pyarrow as pa

    if name in ("cutoff", "decided_at"):
        return pa.timestamp("s", "UTC")
    known = {"str": pa.string(), "int": pa.int64(), "float": pa.float64()}
    return known[declared.removesuffix(" | None")]
