"""The words with which shops say what became of a sale."""

from __future__ import annotations

import pytest

from features.proposal.exclusions.status_words import (
    GIVEN_BACK,
    NO_SALE,
    SALE,
    WON,
    is_no_sale,
    is_sale,
    normal,
)


@pytest.mark.parametrize(
    "word",
    ["Cancelled", "CANCELED", " voided ", "closed-lost", "Cancelled by buyer", "Stornierung", "Remboursée",
     "Échouée", "Rückerstattet", "test_order", "Fully Refunded", "Geweigerd"],
)  # fmt: skip
def test_a_word_of_no_sale_is_known_in_any_spelling(word: str) -> None:
    assert is_no_sale(word)
    assert not is_sale(word)


@pytest.mark.parametrize(
    "word", ["Paid", "partially refunded", "Closed Won", "Livrée", "in Bearbeitung", "pagado"]
)
def test_a_word_of_a_sale_is_known_in_any_spelling(word: str) -> None:
    assert is_sale(word)
    assert not is_no_sale(word)


@pytest.mark.parametrize("word", ["pending", "uncancelled", "testing grounds", "", "on hold"])
def test_what_nobody_can_know_is_neither(word: str) -> None:
    assert not is_sale(word)
    assert not is_no_sale(word)


def test_no_word_says_two_things_and_all_are_in_the_form_they_are_looked_up_in() -> None:
    assert not NO_SALE & SALE
    assert WON <= SALE
    assert all(normal(word) == word for word in NO_SALE | SALE | WON | GIVEN_BACK)
