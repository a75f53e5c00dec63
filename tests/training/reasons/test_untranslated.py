"""What a language cannot say is listed, and the catalogues hold all that is said and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from features.declarations.feature import Feature, ReasonGroup
from features.plan.dictionary import full_plan
from training.reasons.claims import CLAIMS
from training.reasons.languages.known import LANGUAGES, language_of
from training.reasons.untranslated import missing, spoken

PLAN = full_plan()
GERMAN = language_of("de")


def test_everything_that_is_said_can_be_said_in_every_language() -> None:
    for language in LANGUAGES.values():
        assert missing(language, PLAN.features, PLAN.groups) == []
        for claim in CLAIMS:
            assert language.claim(claim.text)


@pytest.mark.parametrize(
    ("feature", "group", "context", "english"),
    [
        (Feature("new_count_7d", "", "count", "rhythm", "now", "", "{value} news so far"), "Buying rhythm", "feature", "{value} news so far"),
        (PLAN.features[0], "Moon phase", "reason", "Moon phase"),
        (Feature("moons_growth_30d", "", "ratio", "rhythm", "now", "", "{value} orders so far"), "Buying rhythm", "subject", "moons"),
    ],
)  # fmt: skip
def test_what_a_language_cannot_say_is_listed_by_its_name(
    feature: Feature, group: str, context: str, english: str
) -> None:
    features, groups = [replace(feature, group="rhythm")], [ReasonGroup("rhythm", group)]
    assert missing(GERMAN, features, groups) == [(context, english)]
    assert missing(language_of("en"), features, groups) == []


def test_the_catalogue_holds_nothing_that_is_no_longer_said() -> None:
    said = {(one.context, one.english) for one in spoken(PLAN.groups, PLAN.features)}
    for context in ("reason", "claim", "subject", "happening", "small number", "stage", "habit"):
        assert set(GERMAN.catalogue.phrases(context)) <= {
            english for of, english in said if of == context
        }, context
