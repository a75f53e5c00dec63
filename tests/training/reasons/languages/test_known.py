"""Every feature, reason and claim can be told in every language, with its own numbers and cases."""

from __future__ import annotations

import io
import re
from datetime import date

import numpy as np
import pytest

from features.company.settings.company import LANGUAGES as OFFERED
from features.declarations.feature import Feature, ReasonGroup
from features.plan.dictionary import full_plan
from features.vocabulary.arrays import SomeRows
from features.vocabulary.errors import UsageRefused
from training.questions.buying import Inactivity, PartialChurn, SecondPurchase
from training.questions.contract import ContractChurn
from training.questions.overdue import Overdue
from training.questions.question import Question
from training.questions.stated import Stated
from training.reasons.claims import CLAIMS
from training.reasons.languages.catalogue import PhraseCatalogue
from training.reasons.languages.compiled import FOLDER, compiled
from training.reasons.languages.known import ENGLISH, LANGUAGES, language_of
from training.reasons.peers import Peers
from training.reasons.wording import Wording

PLAN = full_plan()
GERMAN = language_of("de")


def german(name: str, **values: float) -> str:
    """The German sentence about a feature of the whole dictionary, raising the risk."""
    names = list(PLAN.feature_names)
    row = np.full(len(names), np.nan, np.float32)
    for one, value in values.items():
        row[names.index(one)] = value
    wording = Wording(PLAN.features, PLAN.groups, np.full(len(names), np.nan), "EUR", GERMAN)
    return wording.sentence(names.index(name), "raises", row).text


def test_the_languages_of_the_settings_are_those_that_are_spoken() -> None:
    assert set(OFFERED) == set(LANGUAGES)


def test_no_english_is_left_in_the_german() -> None:
    english = (
        " the ",
        " of ",
        " in the ",
        " last ",
        " days",
        " orders",
        " ago",
        " so far",
        " with ",
    )
    for feature in PLAN.features:
        said = f" {GERMAN.clause(feature)} "
        assert [word for word in english if word in said] == [], feature.name


def test_the_places_of_a_phrase_are_the_same_in_both_languages() -> None:
    for feature in PLAN.features:
        assert GERMAN.clause(feature).count("{value") == feature.said.count("{value}") == 1
    for claim in CLAIMS:
        places = {f"{{{one}}}" for one in ("what", "days", "share", "size")}
        for place in places:
            assert (place in claim.text) == (place in GERMAN.claim(claim.text)), claim.text


@pytest.mark.parametrize(
    ("feature", "values", "text"),
    [
        ("orders_count_90d", {"orders_count_90d": 2}, "2 Bestellungen in den letzten 90 Tagen"),
        ("orders_count_90d", {"orders_count_90d": 1}, "1 Bestellung in den letzten 90 Tagen"),
        ("orders_count_90d", {"orders_count_90d": 0}, "Keine Bestellungen in den letzten 90 Tagen"),
        ("order_quantity_mean_90d", {"order_quantity_mean_90d": 1}, "1 Stück je Bestellung in den letzten 90 Tagen"),
        ("orders_count_lifetime", {"orders_count_lifetime": 1234}, "1.234 Bestellungen bisher"),
        ("spend_sum_365d", {"spend_sum_365d": 123_456}, "1.235 € ausgegeben in den letzten 365 Tagen, Rückgaben abgezogen"),
        ("days_since_order", {"days_since_order": 41}, "Letzte Bestellung vor 41 Tagen"),
        ("days_since_order", {"days_since_order": 1}, "Letzte Bestellung vor 1 Tag"),
        ("days_since_order", {"days_since_order": 41, "gap_mean_days": 12}, "Seit 41 Tagen still; kauft sonst alle 12 Tage"),
        ("spend_growth_90d", {"spend_growth_90d": 0.4}, "Ausgaben der letzten 90 Tage: nur 40 % der 90 Tage davor"),
        ("discount_share_90d", {"discount_share_90d": 0.051}, "5,1 % unter dem vollen Preis in den letzten 90 Tagen"),
        ("category_roses_spend_share_90d", {"category_roses_spend_share_90d": 0.25}, "25 % der Ausgaben in den letzten 90 Tagen für die Warengruppe roses"),
        ("region_is_north", {"region_is_north": 1}, "Region north: ja"),
        ("quantity_sum_90d", {"quantity_sum_90d": 0}, "Kein Stück gekauft in den letzten 90 Tagen"),
        ("running_contracts_count_lifetime", {"running_contracts_count_lifetime": 0}, "Keine laufenden Verträge"),
    ],
)  # fmt: skip
def test_german_is_german(feature: str, values: dict[str, float], text: str) -> None:
    assert german(feature, **values) == text


def test_peers_are_named_beside_the_facts_in_the_language_of_the_sentence() -> None:
    feature = next(one for one in PLAN.features if one.name == "orders_count_90d")
    since = next(one for one in PLAN.features if one.name == "days_since_first_order")
    group = [one for one in PLAN.groups if one.name in (feature.group, since.group)]
    typical = np.array([[3, np.nan], [np.nan, np.nan], [4, np.nan], [np.nan, np.nan]], np.float32)
    words = Wording([feature, since], group, Peers(typical, 1), "EUR")
    row = np.array([2, 500], np.float32)
    english = words.sentence(0, "raises", row)
    assert english.text == "2 orders in the last 90 days (typical: 4)"
    assert english.facts[0].peers == "steady customers in their second year"
    german = words.in_language(GERMAN).sentence(0, "raises", row)
    assert german.text == "2 Bestellungen in den letzten 90 Tagen (üblich: 4)"
    assert german.facts[0].peers == "treue Kunden im zweiten Jahr"
    # Of the first year too few are known, so everybody is the measure.
    newcomer = np.array([2, 100], np.float32)
    assert words.sentence(0, "raises", newcomer).text.endswith("(typical: 3)")


def test_dates_are_written_as_the_country_writes_them() -> None:
    day = date(2026, 3, 9)
    assert [language_of(one).date(day) for one in ("en", "de")] == ["9 Mar 2026", "9.3.2026"]


LETTERS = Feature(
    "letters_count_7d",
    "Letters read.",
    "count",
    "rhythm",
    "now",
    "no letters known",
    "{value} letters so far",
)
MOONS = Feature("moons_growth_30d", "Moons.", "ratio", "rhythm", "now", "", "{value} orders so far")  # fmt: skip


@pytest.mark.parametrize(
    ("feature", "value", "german"),
    [
        (LETTERS, 1, "1 letter so far (üblich: 2.000)"),
        (LETTERS, 1500, "1,500 letters so far (üblich: 2.000)"),
        (MOONS, 0.5, "Moons of the last 30 days fell to 50 % of the 30 days before"),
    ],
)
def test_what_a_language_cannot_say_is_said_in_english_there(
    feature: Feature, value: float, german: str
) -> None:
    typical = np.array([2000], np.float32)
    wording = Wording([feature], [ReasonGroup("rhythm", "Moon phase")], typical, "EUR", GERMAN)
    assert wording.titles == ("Moon phase",)
    row = np.array([value], np.float32)
    assert wording.sentence(0, "raises", row).text == german
    assert wording.said(0, "raises", SomeRows(row[None, :]))[0] == [german]


def test_facts_without_a_phrase_keep_their_english_meaning() -> None:
    assert GERMAN.meaning(LETTERS) == "Letters read."
    assert GERMAN.fact(LETTERS, 1500, "EUR") == "1,500 letters so far"


def test_what_serving_reads_is_made_of_what_was_written() -> None:
    written = sorted(FOLDER.glob("*.po"))
    assert [one.stem for one in written] == [one for one in LANGUAGES if one != "en"]
    for one in written:
        known, made = PhraseCatalogue.of(one.stem), PhraseCatalogue(io.BytesIO(compiled(one)))
        assert known.texts and known.texts == made.texts, f"{one.name} is newer"


def test_a_language_nobody_speaks_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageRefused) as refused:
        language_of("fr")
    assert "en, de" in refused.value.expected


@pytest.mark.parametrize(
    "question",
    [
        Inactivity(90, 0, 2, 365),
        Overdue(90, 0, 2, 95),
        SecondPurchase(90, 0, 365),
        PartialChurn(90, 0, 50),
        ContractChurn(30, 0, 14),
        Stated(30, 0, "downgrade"),
    ],
    ids=lambda question: question.kind,
)
def test_every_question_can_be_asked_in_german(question: Question) -> None:
    for english in (question.heading, question.sentence, question.act):
        german = GERMAN.phrased(english, "question")
        assert german != english and "{" not in german
        assert sorted(re.findall(r"\d+", german)) == sorted(re.findall(r"\d+", english))
    assert ENGLISH.phrased(question.heading, "question") == question.heading
