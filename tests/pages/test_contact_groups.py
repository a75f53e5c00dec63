"""What campaigns tell of customers: the same on the list, in its filter, in its file and in an answer."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from bs4 import BeautifulSoup

from features.lifecycle.stages import LifecycleStatus
from serving.in_use.models_in_use import InUse
from serving.pages.customer.to_do_view import to_do_section
from serving.pages.files.download import csv_parts
from serving.pages.filter_view import filter_form
from serving.pages.list_query import ListQuery
from serving.pages.list_view import churn_list_page
from serving.pages.pages import Pages
from serving.snapshot.reading import Snapshot
from tests.pages.test_browser import STYLE
from tests.serving.calling import NOW, Service
from training.actions.actions import MEASURED
from training.actions.net_gain import best_actions
from training.reasons.languages.known import ENGLISH, language_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EVERYBODY = ListQuery(consent="all", sort="risk")


def measured(valued: Snapshot, chance: float) -> Snapshot:
    """The scores as they were if campaigns had shown of a call, the only contact, that so many of all who are called are kept."""
    said = [
        {**one, "source": MEASURED, "kept_chances": [chance] * len(LifecycleStatus)}
        for one in valued.manifest["actions"]
        if one["name"] == "call"
    ]
    told = replace(valued, manifest={**valued.manifest, "actions": said})
    keys = told.ranking.customer_keys
    best, gains = best_actions(
        told.actions,
        told.lifecycle_status[keys],
        told.ranking.probability,
        told.retained_cents(np.arange(told.judged)),
        told.has_refused_contact[keys] == 1,
    )
    return replace(told, best_action=best, net_gain_cents=gains)


@pytest.fixture(scope="module")
def in_use(valued_service: Service, valued: Snapshot) -> InUse:
    """In use are such scores, with a fifth kept."""
    found = valued_service.models_in_use.in_use
    assert found is not None
    snapshot = measured(valued, 0.2)
    return replace(found, snapshot=snapshot, scorer=found.scorer.over(snapshot))


@pytest.fixture(scope="module")
def told(in_use: InUse) -> dict[str, str]:
    """The group of each customer by the words of the rule: what a call gains, and whether they come back by themselves."""
    found = {}
    snapshot = in_use.snapshot
    for place, key in enumerate(snapshot.ranking.customer_keys.tolist()):
        risk = float(snapshot.ranking.probability[place])
        gain = min(0.2, risk) * max(int(snapshot.value_if_kept_cents[key]), 0) - 500
        group = "persuadable" if round(gain) > 0 else "sure thing" if risk < 0.5 else "lost cause"
        found[snapshot.customer_ids[key]] = "" if snapshot.has_refused_contact[key] else group
    return found


def in_the_file(in_use: InUse, query: ListQuery) -> dict[str, str]:
    content = b"".join(csv_parts(in_use, query, "EUR", at_once=500)).decode("utf-8-sig")
    return {row["customer_id"]: row["group"] for row in csv.DictReader(io.StringIO(content))}


def test_the_file_has_everybodys_group_and_each_occurs(in_use: InUse, told: dict[str, str]) -> None:
    found = in_the_file(in_use, EVERYBODY)
    assert found == told
    assert set(Counter(found.values())) == {"", "persuadable", "sure thing", "lost cause"}


@pytest.mark.parametrize("group", ["persuadable", "sure thing", "lost cause", "do not disturb"])
def test_a_filter_asks_for_one_group_and_a_chip_takes_it_off(
    group: str, in_use: InUse, told: dict[str, str]
) -> None:
    query = replace(EVERYBODY, group=group)
    assert ListQuery.parse(query.parameters()) == query
    assert set(in_the_file(in_use, query)) == {one for one, own in told.items() if own == group}
    (chip, *_) = [one for one in filter_form(in_use, query, "EUR").chips if "group" not in one.link]
    assert chip.label.lower() == group


def test_an_unknown_group_in_a_link_is_not_asked_for() -> None:
    assert ListQuery.parse({"group": "friends"}).group == ""


def test_a_row_says_its_group_beside_what_is_best_to_do(
    in_use: InUse, told: dict[str, str], valued_service: Service
) -> None:
    page = churn_list_page(in_use, valued_service.models_in_use.settings, EVERYBODY, None, NOW)
    assert [row.group.lower() for row in page.rows] == [told[row.customer_id] for row in page.rows]
    drawn = BeautifulSoup(Pages().draw("churn.html", page), "html.parser")
    shown = [cell.get_text(" ", strip=True) for cell in drawn.select("td.act")]
    for text, row in zip(shown, page.rows, strict=True):
        assert text.endswith(f"Call · {row.group}" if row.action else row.group or "nothing")
    (choices,) = drawn.select("select[name=group]")
    assert next(one.get_text() for one in choices.select("option")) == "Any group"


def test_an_answer_says_the_same_as_the_list(in_use: InUse, told: dict[str, str]) -> None:
    for score in in_use.scorer.score_ids(list(told)):
        assert score.best_action is not None
        assert score.best_action.group.word == told[score.customer_id]


@pytest.mark.parametrize(
    ("risk", "chance", "begins"),
    [
        (0.2, 0.0, "Sure thing: they come back anyway"),
        (0.8, 0.0, "Lost cause: they do not come back"),
        (0.8, -0.1, "Do not disturb: by what campaigns"),
    ],
)
def test_a_customers_page_says_why_nothing_is_to_be_done(
    valued: Snapshot, risk: float, chance: float, begins: str
) -> None:
    probability = np.full(valued.judged, risk)
    said = replace(
        measured(valued, chance), ranking=replace(valued.ranking, probability=probability)
    )
    refused = np.zeros_like(valued.has_refused_contact)
    section = to_do_section(replace(said, has_refused_contact=refused), 0, "EUR", ENGLISH)
    assert section is not None and section.lines[0].text.startswith(begins)


def test_where_nothing_was_measured_nobody_has_a_group_and_nobody_is_asked_for_one(
    valued_service: Service,
) -> None:
    found = valued_service.models_in_use.in_use
    assert found is not None
    assert set(in_the_file(found, EVERYBODY).values()) == {""}
    assert len(in_the_file(found, replace(EVERYBODY, group="persuadable"))) == found.snapshot.judged
    assert not filter_form(found, EVERYBODY, "EUR").contact_groups


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 390, 1024])
@pytest.mark.parametrize("query", [ListQuery(), ListQuery(action="nothing", sort="risk")])
def test_no_word_covers_another_or_leaves_the_screen(
    chromium: Browser, in_use: InUse, valued_service: Service, query: ListQuery, width: int
) -> None:
    german = replace(in_use, wording=in_use.wording.in_language(language_of("de")))
    listed = churn_list_page(german, valued_service.models_in_use.settings, query, None, NOW)
    page = chromium.new_page(viewport={"width": width, "height": 844})
    page.set_content(Pages().draw("churn.html", listed))
    page.add_style_tag(path=str(STYLE))
    stakes, acts = (
        page.locator(f".list tbody .{name}").evaluate_all(
            """cells => cells.map(cell => {
                const words = document.createRange();
                words.selectNodeContents(cell);
                const {left, right} = words.getBoundingClientRect();
                return [left, right];
            })"""
        )
        for name in ("stake", "act")
    )
    page.close()
    assert len(acts) > 20
    for (_, stake_ends), (act_begins, act_ends) in zip(stakes, acts, strict=True):
        assert stake_ends < act_begins and act_ends <= width
