"""The pages show how the level held at each test: bars from the middle, the latest test first."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from bs4 import BeautifulSoup

from serving.in_use.models_in_use import InUse
from serving.pages.contexts import ChurnListPage, FilterForm, Heading
from serving.pages.level_view import level_range, level_sections
from serving.pages.pages import Pages
from tests.training.companies import dataset, manifest_of, told_level
from training.learners.logistic import LogisticModel
from training.measures.levels import HeldLevels
from training.reasons.languages.known import ENGLISH, language_of

MODEL = LogisticModel.fit(dataset(40))
MONEY = {key: one for key, one in told_level(0.5).items() if "ece" not in key}
TESTS = {"2025-03-01": told_level(-0.5, ece=0.123), "2026-03-01": told_level()}
RISK = manifest_of(
    MODEL,
    metrics={"by_cutoff": TESTS} | HeldLevels.from_dict(TESTS).next_figures,
)
VALUE = manifest_of(MODEL, name="value", metrics={"by_cutoff": {"round 1": MONEY}})


def shown(*manifests: Any, language: Any = ENGLISH) -> Any:
    wording = SimpleNamespace(language=language)
    return level_sections(cast(InUse, SimpleNamespace(wording=wording, manifests=manifests)))


def test_a_section_a_model_has_a_line_a_test_the_latest_first() -> None:
    risk, value = shown(RISK, VALUE, manifest_of(MODEL, metrics={"stability": 0.8}))
    assert (risk.title, value.title) == ("Chances", "Expected value")
    latest, earlier = risk.lines
    assert (latest.test, latest.came, latest.bias, latest.error) == (
        "1 Mar 2026",
        "1.00",
        "+0.0 %",
        "1.0 %",
    )
    assert (latest.start, latest.width) == ("50.00%", "0.00%")
    # Twice as much came: a full bar to the right.
    assert (earlier.came, earlier.bias, earlier.error) == ("2.00", "−50.0 %", "12.3 %")
    assert (earlier.start, earlier.width) == ("50.00%", "50.00%")
    (line,) = value.lines
    assert (line.test, line.came, line.bias, line.error) == ("round 1", "0.67", "+50.0 %", "")
    assert (line.start, line.width) == ("20.75%", "29.25%")


def test_how_many_come_is_as_open_as_the_level_was_off_before() -> None:
    def asked(manifest: Any) -> Any:
        bundle = SimpleNamespace(manifest=manifest)
        return level_range(cast(InUse, SimpleNamespace(scorer=SimpleNamespace(bundle=bundle))))

    low, high = asked(RISK)
    # Once by half, once not at all; Student's t of two degrees of freedom, 2.5 % at either end.
    half = 4.3027 * math.log(2) / math.sqrt(2)
    assert (low, high) == pytest.approx((math.exp(-half), math.exp(half)), rel=1e-4)
    assert asked(replace(RISK, metrics={"auc": 0.8})) == (1.0, 1.0)


def test_a_model_that_tells_no_test_apart_has_no_section() -> None:
    assert shown(replace(RISK, metrics={"auc": 0.8})) == []
    nothing = {"2026-03-01": {"customers": 9, "bias": None, "bias_low": None, "bias_high": None}}
    (section,) = shown(replace(VALUE, metrics={"by_cutoff": nothing}))
    assert (section.lines[0].came, section.lines[0].width) == ("–", "0.00%")


def test_numbers_and_days_are_written_as_the_company_reads_them() -> None:
    (section,) = shown(RISK, language=language_of("de"))
    assert section.title == "Wahrscheinlichkeiten"
    assert (section.lines[1].test, section.lines[1].came) == ("1.3.2025", "2,00")


UNFILTERED = FilterForm([], [], [], [], [], [], [], [], [], "", "", "", "", "", "", [], [], [])


def page_with_levels() -> ChurnListPage:
    """A page that says nothing else than how the level of two models held."""
    heading = Heading("Value at risk", "/churn", "")
    plain = {one.name: "" for one in fields(ChurnListPage)}
    return ChurnListPage(
        **plain
        | {"headings": {"at_risk": heading, "": heading, "risk": heading, "last_seen": heading}}
        | {"hidden_fields": {}, "filter_hidden_fields": {}, "levels": shown(RISK, VALUE)}
        | {"filters": UNFILTERED}
    )


def test_the_page_draws_a_row_a_test_without_script() -> None:
    drawn = page_with_levels()
    found = BeautifulSoup(Pages().draw("churn.html", drawn), "html.parser")
    section = found.select_one(".levels")
    assert section is not None and not section.select("script")
    rows = [
        [cell.get_text(" ", strip=True) for cell in row.select("th, td")]
        for row in section.select("tbody tr")
    ]
    assert rows == [
        ["Chances"],
        ["1 Mar 2026 latest", "", "1.00", "+0.0 %", "1.0 %"],
        ["1 Mar 2025", "", "2.00", "−50.0 %", "12.3 %"],
        ["Expected value"],
        ["round 1 latest", "", "0.67", "+50.0 %", ""],
    ]
    bars = [(one["x"], one["width"]) for one in section.select("rect.fill")]
    assert bars == [("50.00%", "0.00%"), ("50.00%", "50.00%"), ("20.75%", "29.25%")]
    without = BeautifulSoup(Pages().draw("churn.html", replace(drawn, levels=[])), "html.parser")
    assert not without.select(".levels")
