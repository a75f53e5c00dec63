"""What was found in sentences, and what to do, in every language."""

from __future__ import annotations

from functools import partial

import pytest

from serving.findings.findings import KINDS, Finding
from serving.findings.wording import calendar_day, headline, quality_sentences, sentence, to_do
from training.reasons.languages.known import language_of

GERMAN = language_of("de")
german_day = partial(calendar_day, language=GERMAN)
MOVED = {
    "index": 0.7654,
    "no_news": 0.09,
    "median_before": 514.2,
    "median_now": 49_991.0,
    "missing_before": 0.0,
    "missing_now": 0.05,
}
INPUT = {**MOVED, "meaning": "The dearest order line", "group": "spend", "title": "Money spent"}
LOST = {"of": "file", "table": "contacts", "part": "june.csv", "before": 1_200, "now": 600}
SAID = [
    (
        Finding("stopped", "contacts", {"now": 0.0, "before": 1_132.4}),
        "contacts stopped: no row in the last seven days, before 1,132 a week.",
        "contacts ist versiegt: keine Zeile in den letzten sieben Tagen, zuvor 1.132 pro Woche.",
    ),
    (
        Finding("emptied", "purchases.channel", {"now": 40.0, "before": 2.5}),
        "purchases.channel comes empty: in 40% of the rows of the last seven days, before in 2.5%.",
        "purchases.channel kommt leer an: in 40 % der Zeilen der letzten sieben Tage, zuvor in 2,5 %.",
    ),
    (
        Finding("shrank", "contacts, june.csv", LOST),
        "The file june.csv of contacts shrank: 1,200 rows at the last look, now 600.",
        "Die Datei june.csv von contacts ist geschrumpft: 1.200 Zeilen beim letzten Blick, jetzt 600.",
    ),
    (
        Finding("shrank", "contacts", {**LOST, "of": "table", "part": "", "now": 0}),
        "The table contacts is gone: 1,200 rows at the last look, now 0.",
        "Die Tabelle contacts ist fort: 1.200 Zeilen beim letzten Blick, jetzt 0.",
    ),
    (
        Finding("input", "line_spend_max_7d", {**INPUT, "beside": 17}),
        "line_spend_max_7d is not what it was: half of the customers lie below 49,991, before below 514 "
        "(stability index 0.77; 0.09 would be no news). It says: The dearest order line. "
        "Nor are 17 more of “Money spent”.",
        "line_spend_max_7d ist nicht mehr, was es war: die Hälfte der Kunden liegt unter 49.991, zuvor unter 514 "
        "(Stabilitätsindex 0,77; 0,09 wäre nichts Neues). Ebenso 17 weitere von „Money spent“.",
    ),
    (
        Finding("scores", "risk", {**MOVED, "missing_now": 0.25}),
        "The risks are not what they were: missing for 25% of customers, before for 0% "
        "(stability index 0.77; 0.09 would be no news).",
        "Die Risiken sind nicht mehr, was sie waren: fehlt bei 25 % der Kunden, zuvor bei 0 % "
        "(Stabilitätsindex 0,77; 0,09 wäre nichts Neues).",
    ),
    (
        Finding("scores", "risk", {**MOVED, "median_now": None}),
        "The risks are not what they were: the values are spread otherwise around the same middle "
        "(stability index 0.77; 0.09 would be no news).",
        "Die Risiken sind nicht mehr, was sie waren: die Werte verteilen sich anders um dieselbe Mitte "
        "(Stabilitätsindex 0,77; 0,09 wäre nichts Neues).",
    ),
]


@pytest.mark.parametrize(("found", "english", "german"), SAID, ids=lambda one: str(one)[:40])
def test_a_finding_is_one_sentence_in_either_language(
    found: Finding, english: str, german: str
) -> None:
    assert sentence(found) == english
    assert sentence(found, GERMAN) == german


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_what_to_do_in_either_language(kind: str) -> None:
    assert to_do(kind).endswith((".", "”."))
    assert to_do(kind, GERMAN) != to_do(kind)


@pytest.mark.parametrize(
    ("count", "english", "german"),
    [
        (0, "Nothing is out of the ordinary", "Nichts Ungewöhnliches"),
        (1, "1 thing to look at", "1 Auffälligkeit"),
        (2, "2 things to look at", "2 Auffälligkeiten"),
    ],
)
def test_the_headline_counts_what_was_found_and_names_the_week(
    count: int, english: str, german: str
) -> None:
    look = {"end": "2026-06-19", "alarms": [{}] * count}
    assert headline(look) == f"{english} in the week before 2026-06-19"
    assert headline(look, GERMAN, german_day) == f"{german} in der Woche vor dem 19.6.2026"


def test_quality_is_told_in_german_with_its_own_signs() -> None:
    figures = {"share": 0.31, "auc": 0.774, "share_of_list": None}
    realised = {**figures, "as_of": "2026-01-04", "customers": 1_900, "treated": 40}
    look = {"realised": [{**realised, "estimated": figures}], "cannot_estimate": "too few"}
    first, second = quality_sentences(look, GERMAN, german_day)
    assert first == (
        "Zum 4.1.2026 kam es so bei 1.900 Kunden, ohne 40 angesprochene: 31,0 %, im riskantesten Zehntel niemand, "
        "AUC 0,774. Erwartet waren 31,0 %, im riskantesten Zehntel niemand, AUC 0,774."
    )
    assert second.startswith("Wie gut das Modell jetzt ist, lässt sich nicht schätzen")
