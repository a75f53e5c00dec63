"""Where the company's language is German its pages are German, labels and all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup
from jinja2 import Environment, nodes

from serving.pages import pages
from serving.pages.figures import customer_link, link_to
from serving.scores.score import Status
from tests.pages.campaigns.measured import measured_campaign
from tests.serving.calling import Caller, Service
from tests.serving.company import Company
from training.actions.actions import TITLES
from training.reasons.languages.known import language_of
from training.reasons.untranslated import missing, written_in_files

TEMPLATES = Path(pages.__file__).parent / "templates"
GERMAN = language_of("de")
_LABELS = ("aria-label", "placeholder", "data-label", "title", "alt")
_ENGLISH = re.compile(
    r"\b(the|of|and|is|are|with|by|to|ago|customers?|last|next|not|since)\b", re.I
)
# Both languages have these words.
_ALIKE = {"Regulars", "Filter", "Partner", "Segment:"}


@pytest.fixture(scope="module")
def service(valued_company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    settings = valued_company.settings
    german = replace(settings, company=replace(settings.company, language="de"))
    opened = Service(replace(valued_company, settings=german), tmp_path_factory.mktemp("ledger"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def browser(service: Service) -> Caller:
    return service.browser()


def shown(html: str) -> set[str]:
    """Everything a person reads or hears of a page, company names and keys left out."""
    page = BeautifulSoup(html, "html.parser")
    for one in page.select("code, .company"):
        one.decompose()
    texts = {" ".join(one.split()) for one in page.stripped_strings}
    return texts | {
        str(one[name]) for one in page.find_all(True) for name in _LABELS if one.get(name)
    }


def paths(service: Service) -> list[str]:
    in_use = service.models_in_use.in_use
    assert in_use is not None
    snapshot = in_use.snapshot
    segmented = [
        row
        for row, key in enumerate(snapshot.ranking.customer_keys.tolist())
        if snapshot.segment_of(key, "EUR", GERMAN) is not None
    ]
    links = [customer_link(in_use, row) for row in (0, segmented[0], snapshot.judged - 1)]
    unjudged = np.flatnonzero(snapshot.status != Status.OK)
    by_status = {int(snapshot.status[key]): int(key) for key in unjudged}
    links += [link_to(in_use, key) for key in by_status.values()]
    kinds = ("orders", "visits", "mails", "offers", "contracts", "complaints", "surveys", "calls")
    links += [f"{links[0]}&show={kind}" for kind in kinds]
    lists = ["/churn", "/churn?moved=jumped", "/churn?spend=999999999", "/churn?sort=last_seen"]
    lists += ["/plan", "/plan?budget=30&most=20&call=1&status=at_risk", "/plan?budget=0"]
    lists += ["/campaigns", f"/campaigns/{measured_campaign(service)}"]
    return [*lists, "/sign-in", "/nothing", "/churn/customer?g=old&row=1", *links]


def test_a_german_page_shows_no_english_label(service: Service, browser: Caller) -> None:
    english = {
        one.english.replace("%%", "%")
        for one in written_in_files()
        if GERMAN.say(one.english, one.context) != one.english
    }
    for path in paths(service):
        answer = browser.get(path)
        assert '<html lang="de">' in answer.text, path
        texts = shown(answer.text)
        assert texts & (english - _ALIKE) == set(), path
        said = {one for one in texts if _ENGLISH.search(one)} - {"Corner & Sons"}
        assert {one for one in said if "Segment" not in one and "·" not in one} == set(), path


def test_an_english_page_says_so(service: Service) -> None:
    service.pages.language = language_of("en")
    assert '<html lang="en">' in service.browser().get("/sign-in").text
    service.pages.language = GERMAN


@pytest.mark.parametrize("name", sorted(one.name for one in TEMPLATES.iterdir()))
def test_a_template_says_nothing_but_through_the_catalogue(name: str) -> None:
    tree = Environment(extensions=["jinja2.ext.i18n"]).parse(
        (TEMPLATES / name).read_text(encoding="utf-8")
    )
    plain = "".join(one.data for one in tree.find_all(nodes.TemplateData))
    without_code = re.sub(r"<svg.*?</svg>|<code>.*?</code>", "", plain, flags=re.S)
    between = re.sub(r"<[^>]*>", "|", without_code)
    assert set(re.findall(r"[A-Za-z]{2,}", between)) <= {"Regulars"}, name
    labels = re.findall(rf'(?:{"|".join(_LABELS)})="([^"]*)', plain)
    assert {one for one in labels if re.search("[A-Za-z]{2,}", one)} <= {"rgl_…"}, name


def test_the_catalogue_has_every_text_of_the_templates() -> None:
    assert any(one.english == "Sign out" for one in written_in_files())
    assert missing(GERMAN, (), ()) == []


@pytest.mark.parametrize(
    ("action", "title"), [("call", "Anruf"), ("letter", "Brief"), ("mail", "E-Mail")]
)
def test_what_can_be_done_is_said_as_a_marketer_says_it_and_not_as_a_programmer_does(
    action: str, title: str
) -> None:
    # A call of the telephone and one of the service are one word in English alone.
    assert GERMAN.say(TITLES[action]) == title
    assert GERMAN.say("Operation") == "Aufruf"
