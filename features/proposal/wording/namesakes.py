"""Columns of one name: which of them is meant nobody can tell from the name, so that a person has to say."""

from __future__ import annotations

import re
from dataclasses import replace

from features.proposal.wording.writing import ProposedColumn, ProposedTable
from features.sources.attachment import Source
from features.sources.naming import is_named


def with_ambiguous_columns_open(source: Source, table: ProposedTable) -> ProposedTable:
    """The table with those of its columns left open whose name several columns of the source have."""
    return replace(
        table, columns=tuple(_with_ambiguous_columns_open(source, one) for one in table.columns)
    )


def _with_ambiguous_columns_open(source: Source, column: ProposedColumn) -> ProposedColumn:
    for name, alike in _namesakes(source):
        for meant in alike:
            if is_named(meant, column.expression):
                said = [column.expression.replace(meant, one) for one in alike]
                reason = f'{len(alike)} columns are called "{name}": say which of them it is.'
                candidates = tuple((one, column.reason) for one in said)
                return ProposedColumn(column.column, "", reason, candidates)
    return column


def _namesakes(source: Source) -> list[tuple[str, list[str]]]:
    """The names that several columns of a text file have, with what these are read as."""
    return [
        (name, [one for one in schema.columns if re.fullmatch(f"{re.escape(name)}_[0-9]+", one, re.I)])
        for schema in source.schemas.values()
        if schema.text is not None
        for name in schema.text.repeated_names
    ]  # fmt: skip
