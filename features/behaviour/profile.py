"""Who a customer said to be: region, segment, since when registered and a member, and what else is declared.

An attribute has no history: it is what the table says today, and unless the table says when it became
known it counts at every cutoff of the past. So an attribute that the outcome itself has changed, such
as a status, must not be declared. Consents and protected attributes are refused by their names, and of
texts only those count that at least ten customers share. Months since the first order are the tenure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from features.behaviour.attribute_groups import attribute_groups
from features.behaviour.groups import PROFILE
from features.declarations.attributes import (
    Declared,
    DeclaredFlag,
    DeclaredNumber,
    DeclaredSince,
    DeclaredText,
)
from features.declarations.values import Declaration, declare, quoted, slugs
from features.store.pack import Attributes, Pack
from features.vocabulary.protected import reason_against

MOST_TEXTS = 12
"""Only so many texts of an attribute, those that most customers share, have features of their own."""
MOST_REFERRALS = 20
"""Referrals are counted up to here, so that one enthusiast does not stretch the scale."""

_REGISTERED, _MEMBER, _REFERRALS = "registered_seconds", "member_since_seconds", "referrals_milli"
_OWN = (_REGISTERED, _MEMBER, _REFERRALS, "region", "segment")
"""Columns of the table of customers itself; what a company declares beyond them has groups of its own."""
_SINCE, _NUMBER = "_seconds", "_milli"


def profile(pack: Pack) -> tuple[Declaration, ...]:
    """The features of the attributes a pack has, as far as they may be features."""
    columns = [one for one in sorted(pack.attributes.columns) if not reason_against(one)]
    others = [one for one in columns if one not in _OWN]
    groups = dict.fromkeys(_OWN, PROFILE) | attribute_groups(others, pack.attributes)
    return tuple(
        replace(one, feature=replace(one.feature, group=groups[column].name))
        for column in columns
        for one in _features(column, pack.attributes)
    )


def _features(column: str, attributes: Attributes) -> Iterator[Declaration]:
    if column in attributes.dictionaries:
        yield from _texts(column, attributes)
    elif column == _REGISTERED:
        yield _context("registration", DeclaredSince(column), "Days since they first gave their name.", "days", "registered {value} ago", "Missing unless registered before the cutoff.")  # fmt: skip
    elif column == _MEMBER:
        yield _context("joining", DeclaredSince(column), "Days since they joined the loyalty programme.", "days", "member for {value}", "Missing unless a member before the cutoff.")  # fmt: skip
    elif column == _REFERRALS:
        yield _context("referrals", DeclaredNumber(column, 0, MOST_REFERRALS), f"How many customers they brought, counted up to {MOST_REFERRALS}.", "count", "brought {value} customers", "Missing when not declared.")  # fmt: skip
    elif column.endswith(_SINCE):
        name = column.removesuffix(_SINCE)
        yield _context(f"{name}_declared", DeclaredSince(column), f"Days since the declared {_words(name)}.", "days", f"{_words(name)} {{value}} ago", "Missing unless it lies before the cutoff.")  # fmt: skip
    elif column.endswith(_NUMBER):
        name = column.removesuffix(_NUMBER)
        yield _context(name, DeclaredNumber(column), f"The declared {_words(name)}.", "count", f"{_words(name)} {{value}}", "Missing when not declared.")  # fmt: skip
    else:
        yield _context(column, DeclaredFlag(column), f"Whether {_words(column)} is declared: 1 for yes, 0 for no.", "yes_no", f"{_words(column)}: {{value}}", "Missing when not declared.")  # fmt: skip


def _texts(column: str, attributes: Attributes) -> Iterator[Declaration]:
    for text, word in slugs(_most_shared(column, attributes)).items():
        said = f"{_words(column)} {quoted(text)}"
        yield _context(f"{column}_is_{word}", DeclaredText(column, text), f"Whether their {_words(column)} is {quoted(text)}: 1 for yes, 0 for another.", "yes_no", f"{said}: {{value}}", "Missing when not declared.")  # fmt: skip


def _most_shared(column: str, attributes: Attributes) -> list[str]:
    """The texts most customers share, in the order of the alphabet so that ranks do not matter."""
    texts, codes = attributes.dictionaries[column], attributes.columns[column]
    shared = np.bincount(codes[codes >= 0], minlength=len(texts))
    # A stable order: of texts shared by as many, the first of the dictionary.
    first = np.argsort(-shared, kind="stable")[:MOST_TEXTS]
    return [texts[code] for code in sorted(first.tolist()) if shared[code]]


def _context(
    subject: str, value: Declared, meaning: str, unit: str, said: str, missing: str
) -> Declaration:
    return declare(
        subject,
        value,
        meaning=meaning,
        unit=unit,
        group=PROFILE,
        said=said,
        missing=missing,
        actionable="context",
    )


def _words(name: str) -> str:
    return name.replace("_", " ")
