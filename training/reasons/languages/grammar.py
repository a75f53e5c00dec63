"""What a language does to a finished sentence or quantity: numbers, cases and negation, rule after rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


@dataclass(frozen=True)
class Grammar:
    """The rules of one language, in the order they are kept."""

    sentence: tuple[Rule, ...] = ()
    """For a whole sentence."""
    declined: tuple[Rule, ...] = ()
    """For a quantity behind a preposition that asks for another case."""


def _singular(match: re.Match[str]) -> str:
    return f"1 {match[1]}{match[2]}{'y' if match[3] == 'ies' else ''}"


GRAMMARS: Mapping[str, Grammar] = {
    # One order, not one orders; no orders, not zero orders.
    "en": Grammar(
        sentence=(
            (
                re.compile(r"(?<![\d.,])1 ((?:different |order )?)(?!times)([a-z]+?)(ies|s)\b"),
                _singular,
            ),
            (re.compile(r"^0 (?=[a-z])"), "no "),
        )
    ),
    # Keine Bestellungen, nicht 0; kein Stück; keine laufenden Verträge. Seit 41 Tagen.
    "de": Grammar(
        sentence=(
            (re.compile(r"^0 (?=[A-ZÄÖÜ]|laufende|verschiedene|gekündigte)"), "keine "),
            (re.compile(r"keine Stück"), "kein Stück"),
            (re.compile(r"^keine (laufende|verschiedene|gekündigte)\b"), r"keine \1n"),
        ),
        declined=(
            (re.compile(r"Tage$"), "Tagen"),
            (re.compile(r"ein Tag"), "einem Tag"),
        ),
    ),
}
