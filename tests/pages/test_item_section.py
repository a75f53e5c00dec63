"""A customer's page says what they would take next, where a model recommends."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from serving.items.lists import Wishes
from serving.pages.customer.item_view import SHOWN_ITEMS, item_section
from serving.scores.score import Status
from serving.scores.subject import Subject
from tests.pages.customers import link_of, page_of
from tests.serving.calling import Service
from tests.serving.company import Company
from training.families.items.words import ENGLISH
from training.reasons.languages.known import language_of


@pytest.fixture(scope="module")
def service(
    recommending_company: Company, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The company of all tests with a model that recommends beside its own."""
    made = Service(recommending_company, tmp_path_factory.mktemp("ledger"))
    yield made
    made.close()


def test_the_page_shows_the_first_items_of_the_list_with_their_reasons(service: Service) -> None:
    in_use, found = service.models_in_use.in_use, service.models_in_use.recommending
    assert in_use is not None and found is not None
    page = page_of(in_use, service.models_in_use.settings, 3, recommending=found)
    bought = found.bought(found.key(page.customer_id))
    (chance,) = in_use.scorer.order_chances([Subject(page.customer_id)], 30)
    listed = found.list_for(bought, found.shelving(), Wishes(SHOWN_ITEMS), ENGLISH, chance)
    assert page.items is not None
    assert [one.name for one in page.items.lines] == [one.name for one in listed.items]
    assert [one.text for one in page.items.lines] == [one.text for one in listed.items]
    link = link_of(service, 3)
    html = service.browser().get(link).text
    assert "What they would take next" in html
    assert all(one.name in html for one in listed.items)
    assert "The chance is that the item is bought in the 30 days after" in html
    assert f"is {percent(chance)}, by the model behind the risk above." in html
    shown = [float(one.chance.removesuffix(" %")) for one in page.items.lines]
    assert chance is not None and max(shown) <= 100 * chance + 0.5


def percent(chance: float | None) -> str:
    assert chance is not None
    return f"{100 * chance:.0f} %" if chance >= 0.1 else f"{100 * chance:.1f} %"


def test_of_whom_the_risk_says_nothing_the_recommender_speaks_for_itself(service: Service) -> None:
    in_use, found = service.models_in_use.in_use, service.models_in_use.recommending
    assert in_use is not None and found is not None
    key = int(np.flatnonzero(in_use.snapshot.status == Status.NOT_ELIGIBLE)[0])
    customer = in_use.snapshot.customer_ids[key]
    section = item_section(found, in_use.scorer, customer, language_of("de"))
    assert section is not None and "nach dem Modell der Empfehlungen allein" in section.note


def test_nothing_is_shown_where_nothing_recommends_or_nobody_may_be_told_of(
    service: Service,
) -> None:
    in_use, found = service.models_in_use.in_use, service.models_in_use.recommending
    assert in_use is not None and found is not None
    assert page_of(in_use, service.models_in_use.settings, 3).items is None
    assert item_section(found, in_use.scorer, "somebody else", language_of("en")) is None


def test_the_model_is_listed_among_those_in_use(service: Service) -> None:
    answer = service.caller("score").get("/v1/models").json()
    (entry,) = [one for one in answer["models"] if one["name"] == "recommendations"]
    assert entry["horizon_days"] == 30 and "items a customer buys in 30 days" in entry["question"]
    assert answer["not_trained"] == ["value", "segments", "offers"]
