"""A customer's page says what they would take next, where a model recommends."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from serving.items.lists import Wishes
from serving.pages.customer_view import customer_page
from serving.pages.figures import customer_link
from serving.pages.item_view import SHOWN_ITEMS, item_section
from tests.serving.calling import Service
from tests.serving.company import Company
from training.families.items.family import ITEMS_FAMILY
from training.families.items.words import ENGLISH
from training.reasons.languages.known import language_of
from training.recipe.recipe import train


@pytest.fixture(scope="module")
def service(demo_workspace: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The company of all tests with a model that recommends beside its own."""
    folder = tmp_path_factory.mktemp("recommending") / "company"
    shutil.copytree(demo_workspace.settings_path.parent, folder)
    settings = load_settings(folder / "regulars.toml")
    workspace = Workspace(settings.workspace_folder)
    train(ITEMS_FAMILY, settings, workspace)
    made = Service(
        Company(folder / "regulars.toml", settings, workspace), tmp_path_factory.mktemp("ledger")
    )
    yield made
    made.close()


def test_the_page_shows_the_first_items_of_the_list_with_their_reasons(service: Service) -> None:
    in_use, found = service.models_in_use.in_use, service.models_in_use.recommending
    assert in_use is not None and found is not None
    page = customer_page(in_use, service.models_in_use.settings, 3, "", found)
    bought = found.bought(found.key(page.customer_id))
    listed = found.list_for(bought, found.shelving(), Wishes(SHOWN_ITEMS), ENGLISH)
    assert page.items is not None
    assert [one.name for one in page.items.lines] == [one.name for one in listed.items]
    assert [one.text for one in page.items.lines] == [one.text for one in listed.items]
    link = customer_link(in_use.snapshot, 3)
    html = service.browser().get(link).text
    assert "What they would take next" in html
    assert all(one.name in html for one in listed.items)
    assert "should they order in the 30 days after" in html


def test_nothing_is_shown_where_nothing_recommends_or_nobody_may_be_told_of(
    service: Service,
) -> None:
    in_use, found = service.models_in_use.in_use, service.models_in_use.recommending
    assert in_use is not None and found is not None
    assert customer_page(in_use, service.models_in_use.settings, 3).items is None
    assert item_section(found, "somebody else", language_of("en")) is None


def test_the_model_is_listed_among_those_in_use(service: Service) -> None:
    answer = service.caller("score").get("/v1/models").json()
    (entry,) = [one for one in answer["models"] if one["name"] == "recommendations"]
    assert entry["horizon_days"] == 30 and "items a customer buys in 30 days" in entry["question"]
    assert answer["not_trained"] == ["value", "segments", "offers"]
