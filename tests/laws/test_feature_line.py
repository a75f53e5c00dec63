"""A new feature is a new line: it is computed, trained on, explained and told with nothing else said of it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

import features.behaviour as behaviour
from features.behaviour.groups import BASKET
from features.behaviour.purchases import BOUGHT, BOUGHT_LINES
from features.declarations.feature import Declaration, windowed
from features.declarations.values import Count, Ratio
from features.store.pack import Pack
from features.vocabulary.arrays import SomeRows
from tests.serving.calling import Service
from tests.serving.company import company_in
from training.reasons.languages.known import LANGUAGES, language_of

NAME = "small_lines_share_180d"
ENGLISH = "of the lines bought in the last 180 days were small"


# fmt: off
def with_one_line_more(_pack: Pack) -> tuple[Declaration, ...]:
    small = BOUGHT.also("amount_cents", "<", 2_000)
    return windowed("small_lines", Ratio(Count(small), BOUGHT_LINES, "share"), meaning="Share of the lines bought {window} that cost less than 20.", unit="share", group=BASKET, said="{value} of the lines bought {window} were small", missing="Missing when there was no order.", actionable="now")
# fmt: on


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("one-line-more")
    with pytest.MonkeyPatch.context() as patch:
        families = (*behaviour.FAMILIES, with_one_line_more)
        patch.setattr(behaviour, "FAMILIES", families)
        company = company_in(folder / "company")
        opened = Service(company, folder)
        yield opened
        opened.close()


def test_it_is_computed_and_the_model_has_read_it(service: Service) -> None:
    in_use = service.models_in_use.in_use
    assert in_use is not None
    position = in_use.wording.position(NAME)
    assert position is not None
    assert np.isfinite(in_use.values[:, position]).any()
    assert NAME in in_use.scorer.bundle.model.columns.names
    assert in_use.scorer.bundle.feature_contributions(in_use.values)[:, position].any()


def test_it_is_explained_and_told_in_every_language(service: Service) -> None:
    in_use = service.models_in_use.in_use
    assert in_use is not None
    position = in_use.wording.position(NAME)
    assert position is not None
    row = next(one for one in in_use.values if math.isfinite(one[position]))
    for language in LANGUAGES.values():
        wording = in_use.wording.in_language(language)
        sentence = wording.sentence(position, "raises", row)
        # No language has a phrase for it yet, so it is said in English there.
        assert ENGLISH in sentence.text
        assert sentence.text == wording.said(position, "raises", SomeRows(row[None, :]))[0][0]
        assert [one.feature for one in sentence.facts] == [NAME]
    assert not language_of("de").knows(in_use.wording.features[position])


def test_customers_are_answered_with_it(service: Service) -> None:
    in_use = service.models_in_use.in_use
    assert in_use is not None
    snapshot = in_use.snapshot
    customer = snapshot.customer_ids[int(snapshot.ranking.customer_keys[0])]
    for code in LANGUAGES:
        answer = service.caller("score").score(rows=[{"customer_id": customer}], language=code)
        reasons = answer["rows"][0]["reasons"]
        assert reasons and all(one["title"] for one in reasons)
