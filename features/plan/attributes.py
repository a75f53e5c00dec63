"""Whether a company's customers declare what a plan reads of them."""

from __future__ import annotations

from collections.abc import Sequence

from features.declarations.attributes import Declared, DeclaredText
from features.store.pack import Attributes
from features.vocabulary.errors import PlanRefused, did_you_mean


def refuse_absent(wanted: Sequence[Declared], attributes: Attributes) -> None:
    """Raise ``PlanRefused`` for an attribute that is not there, or a text asked of numbers."""
    for value in wanted:
        if value.column not in attributes.columns:
            raise PlanRefused(
                expected=f'an attribute "{value.column}" of the table customers',
                found="none of that name",
                remedy=did_you_mean(value.column, sorted(attributes.columns)),
            )
        if isinstance(value, DeclaredText) != (value.column in attributes.dictionaries):
            raise PlanRefused(
                expected=f'"{value.column}" to be {_KINDS[isinstance(value, DeclaredText)]}',
                found=_KINDS[not isinstance(value, DeclaredText)],
                remedy="Correct the declaration, or the mapping of the table of customers.",
            )


_KINDS = {True: "a text", False: "a number, an instant or a flag"}
