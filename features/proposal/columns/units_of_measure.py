"""Quantities that are written with their unit, as 2 pcs or 0,5 kg: the number counts where all lines have one unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from features.proposal.columns.looking import READS, Look
from features.proposal.columns.names import PARTIAL, likeness
from features.proposal.columns.roles import ChosenColumn, number_words
from features.sources.attachment import Source
from features.sources.connection import Connection, literal

_WRITTEN = r"^([-+]?[0-9]+(?:[.,][0-9]+)?)\s*(\pL{0,12})[.]?$"
_EITHER_NUMBER = r"^[-+]?[1-9][0-9]{0,2}[.,][0-9]{3}$"
_PIECES = (
    "", "pc", "pcs", "piece", "pieces", "unit", "units", "ea", "each", "x", "stk", "stck", "st", "stück", "stueck",
    "pce", "pièce", "pièces", "pz", "pezzo", "pezzi", "ud", "uds", "un", "unidad", "unidades", "stuk",
    "stuks", "pç", "pçs", "peça", "peças",
)  # fmt: skip
"""Words for a piece in several languages; a number without any word counts pieces too."""


def with_units(
    connection: Connection,
    source: Source,
    looks: Sequence[Look],
    roles: Mapping[str, ChosenColumn],
) -> dict[str, ChosenColumn]:
    """The roles with the number of a quantity that is written with its unit."""
    kept = dict(roles)
    look = unread_quantity(looks, roles)
    if look is None:
        return kept
    units = _units(connection, source, look)
    if units is None or len(units) != 1:
        return kept
    digits = f"regexp_extract(trim({look.sql}), {literal(_WRITTEN)}, 1)"
    number = f"TRY_CAST(replace({digits}, ',', '.') AS DECIMAL(18, 4))"
    whole, negative, low, high = connection.execute(f"""
        SELECT avg(CAST(x = floor(x) AS INTEGER)), avg(CAST(x < 0 AS INTEGER)), min(x), max(x)
        FROM (SELECT CAST({number} AS DOUBLE) AS x FROM {source.relation}) WHERE x IS NOT NULL
    """).fetchall()[0]
    read = replace(look, as_number=number, whole=whole, negative=negative, low=low, high=high)
    unit = units[0] or "pieces"
    kept["quantity"] = ChosenColumn(
        read, f"the name says so; {number_words(read)}, written with their unit: {unit}", number
    )
    return kept


def unread_quantity(looks: Sequence[Look], roles: Mapping[str, ChosenColumn]) -> Look | None:
    """The column that is named as a quantity and holds no numbers, where nothing else counts pieces."""
    if "quantity" in roles:
        return None
    taken = {one.look.name for one in roles.values()}
    named = [
        look
        for look in looks
        if look.filled and look.type == "VARCHAR" and not look.as_number and look.name not in taken
    ]
    named.sort(key=lambda look: -likeness(look.name, "quantity"))
    return named[0] if named and likeness(named[0].name, "quantity") > PARTIAL else None


def _units(connection: Connection, source: Source, look: Look) -> list[str] | None:
    """The units written, pieces as an empty text; None where the column holds something else or 1.500."""
    text = f"trim({look.sql})"
    pieces = ", ".join(map(literal, _PIECES))
    number, unit = (f"regexp_extract({text}, {literal(_WRITTEN)}, {group})" for group in (1, 2))
    fitting, either, units = connection.execute(f"""
        SELECT count(*) FILTER (number <> ''),
               count(*) FILTER (regexp_matches(number, {literal(_EITHER_NUMBER)})),
               list(DISTINCT CASE WHEN unit IN ({pieces}) THEN '' ELSE unit END) FILTER (number <> '')
        FROM (SELECT {number} AS number, lower({unit}) AS unit FROM {source.relation})
    """).fetchall()[0]
    return sorted(units) if fitting >= READS * look.filled and not either else None
