"""Words for nobody are known in seven languages; what may be somebody's name or number is told apart."""

from __future__ import annotations

import pytest

from features.vocabulary.nobody import ALWAYS, WITH_MANY_ORDERS, Nobody, stands_for_nobody
from features.vocabulary.words import folded


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Guest", Nobody.ALWAYS),
        (" WALK-IN ", Nobody.ALWAYS),
        ("Cash Customer", Nobody.ALWAYS),
        ("n/a", Nobody.ALWAYS),
        ("-1", Nobody.ALWAYS),
        ("Laufkunde", Nobody.ALWAYS),
        ("Barverkauf", Nobody.ALWAYS),
        ("Invité", Nobody.ALWAYS),
        ("client de passage", Nobody.ALWAYS),
        ("Consumidor Final", Nobody.ALWAYS),
        ("ospite", Nobody.ALWAYS),
        ("cliente não identificado", Nobody.ALWAYS),
        ("onbekend", Nobody.ALWAYS),
        ("guest@shop.example", Nobody.ALWAYS),
        ("Gast", Nobody.WITH_MANY_ORDERS),
        ("Bar", Nobody.WITH_MANY_ORDERS),
        ("comptoir", Nobody.WITH_MANY_ORDERS),
        ("0", Nobody.WITH_MANY_ORDERS),
        ("0.0", Nobody.WITH_MANY_ORDERS),
        ("00000", Nobody.WITH_MANY_ORDERS),
        ("99999", Nobody.WITH_MANY_ORDERS),
        ("no-reply@shop.example", Nobody.WITH_MANY_ORDERS),
        ("none", Nobody.WITH_MANY_ORDERS),
        # A program writes these where it knows nothing, and a person may bear them.
        ("null", Nobody.NEVER),
        ("NaN", Nobody.NEVER),
        ("99", Nobody.NEVER),
        ("1", Nobody.NEVER),
        ("C108", Nobody.NEVER),
        ("Guesthouse Miller", Nobody.NEVER),
        ("bar@example.org", Nobody.NEVER),
    ],
)
def test_a_word_stands_for_nobody_always_or_with_many_orders(written: str, meant: Nobody) -> None:
    assert stands_for_nobody(written) is meant


def test_every_word_is_written_as_it_is_looked_up_and_is_in_one_list() -> None:
    assert all(folded(word) == word for word in ALWAYS | WITH_MANY_ORDERS)
    assert not ALWAYS & WITH_MANY_ORDERS
