"""Whether the scores can be trusted, said from what the training wrote into the bundle and from what came of it since."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from bs4 import BeautifulSoup

from serving.findings.findings import Findings
from serving.in_use.models_in_use import InUse
from serving.ledger.feedback import Verdict
from serving.pages.quality.contexts import QualityPage
from serving.pages.quality.quality_view import quality_page
from tests.serving.calling import NOW, Service
from tests.training.companies import dataset, manifest_of, told_level
from training.learners.logistic import LogisticModel
from training.reasons.languages.known import ENGLISH, language_of

MODEL = LogisticModel.fit(dataset(40))
LEAD = {"auc": 0.05, "auc_low": 0.02, "auc_high": 0.08}
KIND = {"kind": "stage", "name": "Client", "customers": 1_700, "base_rate": 0.25}
EVALUATED: dict[str, Any] = {
    "grade": {"word": "Good", "is_calibrated": True},
    "campaign": {"size": 160, "found": {"mean": 118.4, "low": 112.7, "high": 124.7}, "by_chance": 44.5},
    "trust": {"stability": {"first": 0.912}},
    "slices": [
        {"kind": "everybody", "name": "everybody"},
        {**KIND, "auc": 0.784, "auc_low": 0.758, "auc_high": 0.811, "observed_over_expected": 0.9949},
        {**KIND, "name": "Partner", "customers": 20, "auc": None, "observed_over_expected": None},
    ],
}  # fmt: skip
METRICS: dict[str, Any] = {
    "by_cutoff": {"2026-03-01": told_level(0.0)},
    "level_lowest": 0.74,
    "level_highest": 1.354,
    "at_reserved": {"test": "2026-03-01"},
    "leads": {
        "recency rule": LEAD,
        "LightGBM": LEAD,
        "base rate": {"auc": 0.3, "auc_low": 0.2, "auc_high": 0.4},
        "BG/NBD": {"auc": -0.01, "auc_low": -0.02, "auc_high": 0.0},
    },
}


def page_of(
    evaluated: dict[str, Any] | None = None,
    metrics: dict[str, Any] | None = None,
    *,
    findings: Any = None,
    verdicts: Any = None,
    language: Any = ENGLISH,
) -> QualityPage:
    """The page of a model that tells of itself what is given, else all there is to tell."""
    manifest = manifest_of(
        MODEL,
        metrics=METRICS if metrics is None else metrics,
        evaluation=EVALUATED if evaluated is None else evaluated,
    )
    groups = [{"name": "recency", "title": "Silence"}, {"name": "money", "title": "Money"}]
    snapshot = SimpleNamespace(manifest={"act": "leave", "groups": groups})
    in_use = SimpleNamespace(
        snapshot=snapshot,
        wording=SimpleNamespace(language=language),
        manifests=(manifest,),
        scorer=SimpleNamespace(bundle=SimpleNamespace(manifest=manifest)),
    )
    return quality_page(
        cast(InUse, in_use), "Shop", cast(Findings | None, findings), verdicts or {}
    )


def test_the_grade_is_said_with_what_it_rests_on() -> None:
    page = page_of()
    assert (page.grade, page.tone) == ("Good", "good")
    assert page.sentences == [
        "Of the 160 customers most expected to leave, 118 did (113 to 125); of as many drawn by lot it would have been 44.",
        "Its percentages can be reckoned with: at the latest test, 1 Mar 2026, 1.00 did for each one expected to leave.",
        "By how far past tests were off, of a hundred expected to leave it will be 74 to 135, 19 times in 20.",
        "Learned anew from other customers alike, it names the same first reason for 91 of a hundred customers.",
    ]
    off = page_of({**EVALUATED, "grade": {"word": "No gain", "is_calibrated": False}})
    assert (off.grade, off.tone) == ("No better than a simple rule", "poor")
    assert off.sentences[1].startswith("Rank by its percentages and do not reckon with them")


def test_each_simple_rule_has_its_distance_with_an_interval_and_its_bar_the_nearest_first() -> None:
    rules = page_of().rules
    assert [(one.name, one.more, one.between) for one in rules] == [
        ("BG/NBD, the textbook model of repeat buying", "−1.0", "−2.0 to 0.0"),
        ("Whoever is silent longest first", "+5.0", "2.0 to 8.0"),
        ("A list by lot", "+30.0", "20.0 to 40.0"),
    ]
    # The widest end, 40 of 100 pairs, is a full half of the bar.
    assert [(one.start, one.width) for one in rules] == [
        ("47.50%", "2.50%"),
        ("52.50%", "7.50%"),
        ("75.00%", "25.00%"),
    ]
    assert page_of().rules_tested.startswith("Tested as of 1 Mar 2026")


def test_kinds_of_customers_are_told_apart_and_too_few_are_a_dash() -> None:
    (section,) = page_of().kinds
    client, partner = section.lines
    assert (section.title, client.name, client.customers, client.rate) == (
        "Stage",
        "Client",
        "1,700",
        "25.0 %",
    )
    assert (client.pairs, client.between, client.came) == ("78", "76 to 81", "0.99")
    assert (partner.pairs, partner.between, partner.came) == ("–", "", "–")


def test_verdicts_on_reasons_stand_with_their_interval_the_most_often_wrong_first() -> None:
    counts = {
        "recency": {"wrong": 1, "helpful": 9},
        "money": {"wrong": 10, "known": 40},
        "old": {"helpful": 2},
    }
    lines = page_of(verdicts=counts).verdicts
    # Wilson's interval of 10 among 50 is 11.2 to 33.0 percent.
    assert [(one.reason, one.verdicts, one.wrong) for one in lines] == [
        ("Money", "50", "20.0 %"),
        ("Silence", "10", "10.0 %"),
        ("old", "2", "0.0 %"),
    ]
    assert lines[0].between == "11 to 33"


def test_a_season_seen_once_and_columns_that_tell_too_much_are_among_the_limits() -> None:
    once = {"2026-03-01": {**told_level(0.0), "season_seen": False}}
    assert "One year of data" in page_of(metrics={**METRICS, "by_cutoff": once}).limits[0]
    seen = {"2026-03-01": {**told_level(0.0), "season_seen": True}}
    known = page_of(metrics={**METRICS, "by_cutoff": seen}).limits
    assert not any("One year of data" in one for one in known)
    suspected = page_of({**EVALUATED, "leaks": {"suspected": {"cancelled_on": "x"}}}).limits
    assert any("suspiciously much" in one for one in suspected)


def test_a_model_that_tells_nothing_of_itself_has_a_page_all_the_same() -> None:
    page = page_of({}, {})
    assert (page.grade, page.sentences, page.rules, page.rules_tested) == ("", [], [], "")
    assert (page.levels, page.kinds, page.past, page.verdicts) == ([], [], [], [])
    assert page.limits and page.model


def test_what_became_of_past_scores_is_said_with_its_day() -> None:
    quality = {"share": 0.25, "share_of_list": 0.5, "auc": 0.75}
    realised = {"as_of": "2026-03-01", "customers": 100, "treated": 2, "estimated": quality}
    look = {"realised": [{**realised, **quality}]}
    (said,) = page_of(findings=SimpleNamespace(look=look)).past
    assert (
        said.startswith("As of 1 Mar 2026 ") and "of 100 customers, 2 treated ones left out" in said
    )


def test_in_german_nothing_is_left_in_english() -> None:
    page = page_of(language=language_of("de"))
    assert page.grade == "Gut" and page.kinds[0].lines[0].name == "Stammkunde"
    assert page.sentences[0].startswith("Von den 160 Kunden, die am ehesten abwandern sollten")
    assert page.rules[1].between == "2,0 bis 8,0"


def test_the_page_is_there_for_who_may_open_pages_and_shows_what_was_told_of_reasons(
    service: Service,
) -> None:
    caller = service.caller("score")
    (row,) = caller.post("/v1/score", json={"rows": [{"customer_id": "C0000001"}]}).json()["rows"]
    group = row["reasons"][0]["group"]
    told = [Verdict(row["decision_id"], group, "wrong")]
    assert service.models_in_use.ledger.feedback.keep(told, at=NOW) == [True]
    page = BeautifulSoup(service.browser().get("/quality").text, "html.parser")
    assert page.h1 is not None and page.h1.get_text() == "Can I trust it?"
    assert "What people said of its reasons" in page.get_text()
    assert service.caller("score").get("/quality").status_code == 403
    assert service.browser().get("/churn").text.count('href="/quality"') == 1
