"""What simulated customers are called, by their number alone: no lot is drawn for it, so nothing else depends on it."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from experiments.world import columns
from features.vocabulary.arrays import Ints

_FIRST = (
    "Ada Agnès Aisha Amir Anna Bianca Björn Carlos Chiara Claire Dana David Elif Emil Eva Fatima Felix Finn Greta Hanna "
    "Hugo Ida Inès Ivan Jana João Jonas Julia Karim Lars Léa Lena Lukas Magda Malik María Mehmet Mia Milan Nadia Nina "
    "Noah Olga Omar Oskar Paula Pavel Petra Rosa Sami Selma Sofia Stefan Tara Theo Tomás Ulla Vera Yara Zoë"
)
_LAST = (
    "Adler Andersson Bauer Becker Berg Bianchi Blum Brandt Castro Costa Dahl Demir Dubois Duarte Eder Engel Fabre Ferrari "
    "Fischer Fontaine Fuchs García Gruber Haas Hansen Hartmann Horák Huber Ibáñez Jansen Jansson Kaya Keller Klein Kovač "
    "Krüger Lang Laurent Lefèvre Lindqvist Lopes Maier Marino Martín Meyer Moreau Müller Neumann Nielsen Novák Öztürk Peeters "
    "Petit Pohl Ricci Romero Rossi Roth Santos Schäfer Schmid Seidel Silva Sørensen Steiner Stern Svoboda Vogel Weber Wolf"
)
FIRST_NAMES, LAST_NAMES = tuple(_FIRST.split()), tuple(_LAST.split())
# Neighbours by number have neither name in common; all pairs come before one is repeated.
_STEP = 7


def names(numbers: Ints) -> Any:
    """First and last names, such as ``Ada Lindqvist``."""
    first, last = _parts(numbers)
    return pc.binary_join_element_wise(first, last, " ")


def emails(numbers: Ints) -> Any:
    """An address for everybody, such as ``ada.lindqvist.123@example.com``; the number keeps it theirs alone."""
    plain = [pc.utf8_lower(_without_accents(one)) for one in _parts(numbers)]
    return pc.binary_join_element_wise(
        *plain,
        pc.binary_join_element_wise(pa.array(numbers).cast(pa.string()), "example.com", "@"),
        ".",
    )


def _parts(numbers: Ints) -> tuple[Any, Any]:
    first = numbers * _STEP % len(FIRST_NAMES)
    last = (numbers * _STEP // len(FIRST_NAMES) + numbers) % len(LAST_NAMES)
    return (
        columns.coded(first, FIRST_NAMES).dictionary_decode(),
        columns.coded(last, LAST_NAMES).dictionary_decode(),
    )


def _without_accents(texts: Any) -> Any:
    """Letters that stand in an address."""
    apart = pc.utf8_normalize(texts, form="NFKD")
    return pc.replace_substring_regex(apart, pattern=r"[^A-Za-z]", replacement="")
