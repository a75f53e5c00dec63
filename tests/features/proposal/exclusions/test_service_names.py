"""What services, gift cards, discounts and tests are called, and what only sounds like one."""

from __future__ import annotations

import pytest

from features.proposal.exclusions.service_names import (
    begins_like_a_service,
    is_no_sale_name,
    is_service_name,
)


@pytest.mark.parametrize(
    "name",
    ["Versandkosten Deutschland", "Shipping", "Gift card 50", "Discount 10%", "Frais de port", "Pfand Flasche",
     "Gastos de envío", "Spese di spedizione", "Cadeaubon € 25", "Trinkgeld", "Carte cadeau", "Vale-presente"],
)  # fmt: skip
def test_a_name_of_a_service_is_known_in_seven_languages(name: str) -> None:
    assert is_service_name(name)


@pytest.mark.parametrize(
    "name",
    ["Standard shipping", "DHL Expressversand", "Free gift wrap", "Royal Mail Tracked 24 postage", "Restocking fee",
     "Mindermengenzuschlag", "Éco-participation", "Digital gift card", "Shipping protection", "Next day delivery",
     "Gift cards", "Discounts"],
)  # fmt: skip
def test_a_service_may_have_a_word_of_its_kind_before_it(name: str) -> None:
    assert is_service_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "Red gift card",
        "Truck for delivery",
        "Drill tips",
        "Small",
        "Free sample",
        "World map",
        "",
        "24",
    ],
)
def test_words_beside_a_service_are_none_by_themselves(name: str) -> None:
    assert not is_service_name(name)


@pytest.mark.parametrize(
    "name", ["Gift card holder, red", "Delivery truck (toy)", "Discounted mug", "Tea"]
)
def test_an_article_is_not_taken_for_a_service(name: str) -> None:
    assert not is_service_name(name)


def test_what_begins_like_a_service_is_told_apart() -> None:
    assert begins_like_a_service("Delivery truck")
    assert not begins_like_a_service("Truck for delivery")


@pytest.mark.parametrize(
    "name",
    ["Test", "Testartikel 2", "Article test", "Korrektur", "Adjustment", "Bad debt", "Commission"],
)
def test_a_test_or_a_correction_is_no_sale_and_no_service(name: str) -> None:
    assert is_no_sale_name(name) and not is_service_name(name)


@pytest.mark.parametrize("name", ["Test strips", "Taste tester", "Sample box", "Shipping", "Pfand"])
def test_an_article_or_a_service_is_not_taken_for_a_test(name: str) -> None:
    assert not is_no_sale_name(name)
