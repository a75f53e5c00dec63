from __future__ import annotations

from features.plan.dictionary import PAGE, dictionary_page, full_plan
from tests.conftest import PROJECT


def test_the_page_about_features_is_in_step_with_the_declarations() -> None:
    written = (PROJECT / PAGE).read_text(encoding="utf-8")

    assert written == dictionary_page(full_plan()), "run python -m features.plan.dictionary"


def test_every_feature_has_a_sentence_a_unit_and_a_clause_that_reads_on() -> None:
    for feature in full_plan().features:
        assert feature.meaning.endswith(".") and feature.meaning[0].isupper(), feature.name
        assert feature.missing.startswith(("Zero", "Missing")) and feature.missing.endswith(".")
        assert feature.said.count("{value}") == 1 and not feature.said.endswith("."), feature.name
        assert "{window}" not in feature.meaning + feature.said, feature.name
        assert feature.said.format(value="7") == feature.said.replace("{value}", "7")


def test_the_units_of_the_features_are_those_the_page_explains() -> None:
    page = dictionary_page(full_plan())

    for unit in {feature.unit for feature in full_plan().features}:
        assert any(unit in row.split("|")[1] for row in page.splitlines() if row.count("|") == 3), (
            unit
        )
