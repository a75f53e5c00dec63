"""Ids as callers send them, brought to the form in which tables keep them: texts, or whole numbers.

Of an id in a list of rows nothing is refused: one that cannot be read spoils its own row and no other.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    BeforeValidator,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticKnownError

from features.store.customers.other_ids import OtherIds
from features.vocabulary.identifiers import normal_id, tidied

LONGEST_ID = 200
IGNORE_CASE: Final = "ignore_case"
"""What the context of a validation says of customer numbers; without a context, which is what was kept, they stay."""
OTHER_IDS: Final = "other_ids"
"""By which further ids customers are known, in the same context: who is named by one of them is the person."""
UNREADABLE: Final = ""
"""What stands for a customer number that cannot be read."""
_LARGEST_EXACT = 2**53


def _written(value: object) -> str:
    """An id as a text: a whole number is one, a fraction and a yes are none."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    # Above 2^53 a number with a point has lost digits on its way.
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_EXACT:
        return str(int(value))
    raise PydanticKnownError("string_type")


def _id(value: object) -> str:
    return _bounded(normal_id(_written(value)))


def _customer(value: object, info: ValidationInfo) -> str:
    context = info.context or {}
    one = normal_id(_written(value), ignore_case=bool(context.get(IGNORE_CASE)))
    other_ids = context.get(OTHER_IDS)
    return _bounded(other_ids.person(one) if isinstance(other_ids, OtherIds) else one)


def _customer_of_a_row(value: object, info: ValidationInfo) -> str:
    try:
        return _customer(value, info)
    except PydanticKnownError:
        return UNREADABLE


def _bounded(text: str) -> str:
    if not text:
        raise PydanticKnownError("string_too_short", {"min_length": 1})
    if len(text) > LONGEST_ID:
        raise PydanticKnownError("string_too_long", {"max_length": LONGEST_ID})
    if "\0" in text:
        # Databases take it for the end of a text, and so one customer for another.
        raise PydanticKnownError("string_unicode")
    return text


_DESCRIBED = WithJsonSchema({"type": "string", "minLength": 1, "maxLength": LONGEST_ID})

Identifier = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=LONGEST_ID)]
"""A name that is given back as it was sent, or a word. Half a surrogate pair is no text at all."""

Id = Annotated[str, BeforeValidator(_id), _DESCRIBED]
"""The number of an order, an item, an offer or a contract."""

CustomerId = Annotated[str, BeforeValidator(_customer), _DESCRIBED]
"""A customer number, where a call is about one customer or all of it must be right."""

CustomerOfARow = Annotated[str, BeforeValidator(_customer_of_a_row), _DESCRIBED]
"""A customer number among others: ``UNREADABLE`` where it is none."""

RowId = Annotated[str, BeforeValidator(lambda value: _bounded(_written(value))), _DESCRIBED]
"""What a caller calls a row, as it was sent; a whole number is given back as a text."""

Label = Annotated[Identifier, AfterValidator(tidied)]
"""A text that a table has as well, such as a topic."""
