"""Words for nobody are known in seven languages; what may be somebody's name or number is told apart."""

from __future__ import annotations

import pytest

from features.vocabulary.placeholder_customers import (
    ALWAYS,
    WITH_MANY_ORDERS,
    PlaceholderCertainty,
    placeholder_certainty,
)
from features.vocabulary.words import folded


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Guest", PlaceholderCertainty.ALWAYS),
        (" WALK-IN ", PlaceholderCertainty.ALWAYS),
        ("Cash Customer", PlaceholderCertainty.ALWAYS),
        ("n/a", PlaceholderCertainty.ALWAYS),
        ("-1", PlaceholderCertainty.ALWAYS),
        ("Laufkunde", PlaceholderCertainty.ALWAYS),
        ("Barverkauf", PlaceholderCertainty.ALWAYS),
        ("Invité", PlaceholderCertainty.ALWAYS),
        ("client de passage", PlaceholderCertainty.ALWAYS),
        ("Consumidor Final", PlaceholderCertainty.ALWAYS),
        ("ospite", PlaceholderCertainty.ALWAYS),
        ("cliente não identificado", PlaceholderCertainty.ALWAYS),
        ("onbekend", PlaceholderCertainty.ALWAYS),
        ("guest@shop.example", PlaceholderCertainty.ALWAYS),
        ("Gast", PlaceholderCertainty.WITH_MANY_ORDERS),
        ("Bar", PlaceholderCertainty.WITH_MANY_ORDERS),
        ("comptoir", PlaceholderCertainty.WITH_MANY_ORDERS),
        ("0", PlaceholderCertainty.WITH_MANY_ORDERS),
        ("0.0", PlaceholderCertainty.WITH_MANY_ORDERS),
        ("00000", PlaceholderCertainty.WITH_MANY_ORDERS),
        ("99999", PlaceholderCertainty.WITH_MANY_ORDERS),
        ("no-reply@shop.example", PlaceholderCertainty.WITH_MANY_ORDERS),
        ("none", PlaceholderCertainty.WITH_MANY_ORDERS),
        # A program writes these where it knows nothing, and a person may bear them.
        ("null", PlaceholderCertainty.NEVER),
        ("NaN", PlaceholderCertainty.NEVER),
        ("99", PlaceholderCertainty.NEVER),
        ("1", PlaceholderCertainty.NEVER),
        ("C108", PlaceholderCertainty.NEVER),
        ("Guesthouse Miller", PlaceholderCertainty.NEVER),
        ("bar@example.org", PlaceholderCertainty.NEVER),
    ],
)
def test_a_word_stands_for_nobody_always_or_with_many_orders(
    written: str, meant: PlaceholderCertainty
) -> None:
    assert placeholder_certainty(written) is meant


def test_every_word_is_written_as_it_is_looked_up_and_is_in_one_list() -> None:
    assert all(folded(word) == word for word in ALWAYS | WITH_MANY_ORDERS)
    assert not ALWAYS & WITH_MANY_ORDERS
