import numpy as np
import pytest

from training.families.items.pairs.pair_features import NAMES, PAIR_GROUPS, POSITIONS
from training.families.items.words import ENGLISH, WORDS, ItemWords

GERMAN = WORDS["de"]


def row(**facts: float) -> np.ndarray:
    found = np.full(len(NAMES), np.nan, np.float32)
    for name, value in facts.items():
        found[POSITIONS[name]] = value
    return found


@pytest.mark.parametrize(
    ("group", "facts", "english", "german"),
    [
        (
            "due",
            {"own_gap_days": 9.2, "days_since_bought": 11.4},
            "every 9 days, last 11 days ago",
            "alle 9 Tage, zuletzt vor 11 Tagen",
        ),
        (
            "due",
            {"own_gap_days": 1.0, "days_since_bought": 0.2},
            "every day, last less than a day ago",
            "alle Tage, zuletzt vor weniger als einem Tag",
        ),
        (
            "due",
            {"usual_gap_days": 30.0, "days_since_bought": 1.0},
            "others buy it again every 30 days, this customer last 1 day ago",
            "üblich ist ein Kauf alle 30 Tage, zuletzt vor 1 Tag",
        ),
        ("due", {}, "never bought by this customer", "von diesem Kunden noch nie gekauft"),
        (
            "habit",
            {"times_bought": 3, "customer_orders": 7},
            "bought in 3 of 7 orders",
            "in 3 von 7 Bestellungen gekauft",
        ),
        ("habit", {"times_bought": 1, "customer_orders": 4}, "bought once before", "einmal gekauft"),
        (
            "category",
            {"category_share": 0.4},
            "40 % of what they bought is from Tea",
            "40 % des Gekauften stammt aus Tea",
        ),
        ("price_fit", {"price_gap": 0.5}, "costs more than what they usually pay", "kostet mehr als üblich"),
        ("price_fit", {"price_gap": -0.5}, "costs less than what they usually pay", "kostet weniger als üblich"),
        (
            "demand",
            {"recent_share": float(np.log(0.052))},
            "5.2 % of the customers of the last 30 days bought it",
            "5,2 % der Kunden der letzten 30 Tage haben es gekauft",
        ),
        ("buyer", {"customer_orders": 0}, "a customer without an order so far", "ein Kunde noch ohne Bestellung"),
    ],
)  # fmt: skip
def test_facts_become_a_sentence(
    group: str, facts: dict[str, float], english: str, german: str
) -> None:
    assert ENGLISH.sentence(group, row(**facts), "Tea", ()) == english
    assert GERMAN.sentence(group, row(**facts), "Tea", ()) == german


def test_items_that_speak_for_another_are_named() -> None:
    assert ENGLISH.sentence("taste", row(), "", ["A", "B"]) == "because they bought “A” and “B”"
    assert GERMAN.sentence("taste", row(), "", ["A"]) == "weil “A” gekauft wurde"
    assert ENGLISH.sentence("taste", row(), "", ()) == "nothing they bought speaks for it"


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS.keys())
def test_every_group_has_a_title_and_a_sentence(words: ItemWords) -> None:
    for group in PAIR_GROUPS:
        assert words.titles[group.name]
        assert words.sentence(group.name, row(times_bought=0, customer_orders=2), "", ())
