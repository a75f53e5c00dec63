"""Scores as they are answered: money at risk from what a customer brings if kept, and nothing said of strangers."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from serving.in_use.models_in_use import InUse
from serving.process.waiter import CallerGone, Waiter, waited_for
from serving.scores.score import Score, Status
from serving.scores.scoring import Scorer
from serving.scores.subject import Subject
from serving.snapshot.columns import UNKNOWN
from serving.snapshot.reading import Snapshot
from tests.oracles.published import STAGES, STATUSES, Published
from tests.serving.calling import Service
from training.questions.buying import SecondPurchase
from training.reasons.languages.known import language_of

GERMAN = language_of("de")


@pytest.fixture
def in_use(valued_service: Service) -> InUse:
    found = valued_service.models_in_use.in_use
    assert found is not None
    return found


def test_every_figure_is_the_published_one(in_use: InUse, published: Published) -> None:
    places = range(0, published.judged, 11)
    scores = in_use.scorer.score_ids([published.customer(place) for place in places])
    differs = 0
    for place, one in zip(places, scores, strict=True):
        assert one.value == {
            "expected_cents": published.of("value_cents", place),
            "low_cents": published.of("value_low_cents", place),
            "high_cents": published.of("value_high_cents", place),
            "if_kept_cents": published.of("value_if_kept_cents", place),
            "horizon_days": 90,
        }
        assert one.at_risk_cents == round(
            published.risk(place) * published.of("value_if_kept_cents", place)
        )
        differs += published.of("value_if_kept_cents", place) != published.of("value_cents", place)
        assert one.spend_cents == published.of("spend_cents", place) == published.spend_cents(place)
        assert (one.status, one.probability) == (Status.OK, published.risk(place))
        assert one.percentile == published["percentile"][place] and one.band == published.band(
            place
        )
        assert one.base == published.manifest["base"]
        assert (
            one.interval is not None and one.interval[0] < published.risk(place) < one.interval[1]
        )
        assert one.stage == STAGES[published.of("stage", place)]
        assert one.lifecycle_status == STATUSES[published.of("lifecycle_status", place)]
        assert one.as_of_seconds == published.manifest["cutoff_seconds"]
    assert differs > 5 and len({one.band for one in scores}) == 3


def with_money(in_use: InUse, place: int, if_kept: int, expected: int) -> Scorer:
    """The same scores where one customer brings so much."""
    snapshot = in_use.snapshot
    key = int(snapshot.ranking.customer_keys[place])
    kept, value = np.array(snapshot.value_if_kept_cents), np.array(snapshot.value_cents)
    kept[key], value[key] = if_kept, expected
    chance = np.array(snapshot.ranking.probability)
    chance[place] = 0.25
    other = replace(
        snapshot,
        value_if_kept_cents=kept,
        value_cents=value,
        ranking=replace(snapshot.ranking, probability=chance),
    )
    return Scorer(in_use.scorer.bundle, other, "EUR")


def asked(scorer: Scorer, place: int) -> Score:
    snapshot: Snapshot = scorer.snapshot
    customer = snapshot.customer_ids[int(snapshot.ranking.customer_keys[place])]
    return scorer.score_ids([customer], with_reasons=False)[0]


@pytest.mark.parametrize(
    ("if_kept", "at_risk"), [(0, 0), (1, 0), (4, 1), (6, 2), (7, 2), (10_001, 2_500), (10_003, 2_501)]
)  # fmt: skip
def test_at_risk_is_the_chance_times_what_they_bring_if_kept_in_whole_cents(
    in_use: InUse, if_kept: int, at_risk: int
) -> None:
    assert asked(with_money(in_use, 3, if_kept, expected=777), 3).at_risk_cents == at_risk


def test_of_whom_no_value_is_known_nothing_is_at_risk(in_use: InUse) -> None:
    found = asked(with_money(in_use, 3, 9_000, expected=UNKNOWN), 3)
    assert (found.value, found.at_risk_cents, found.probability) == (None, None, 0.25)
    assert found.spend_cents is not None


def test_nothing_is_at_risk_where_the_question_is_not_who_leaves(in_use: InUse) -> None:
    scorer = copy(with_money(in_use, 3, 9_000, expected=777))
    scorer.bundle = copy(scorer.bundle)
    assert scorer.bundle.question.means_leaving and asked(scorer, 3).at_risk_cents == 2_250
    scorer.bundle.question = SecondPurchase(90, 0, 365)
    assert asked(scorer, 3).at_risk_cents is None and asked(scorer, 3).value is not None


def test_reasons_are_told_on_request_and_in_the_language_asked_for(in_use: InUse) -> None:
    snapshot = in_use.snapshot
    place = next(
        place
        for place, key in enumerate(snapshot.ranking.customer_keys.tolist())
        if snapshot.segment_of(key, "EUR") is not None
    )
    customer = snapshot.customer_ids[int(snapshot.ranking.customer_keys[place])]
    brief = in_use.scorer.score_ids([customer], with_reasons=False)[0]
    whole = in_use.scorer.score_ids([customer])[0]
    german = in_use.scorer.score([Subject(customer)], language=GERMAN)[0]
    silent = in_use.scorer.score([Subject(customer)], with_reasons=False, language=GERMAN)[0]
    assert brief.explanation is None and brief.value_explanation is None
    assert silent.explanation is None and silent.value_explanation is None
    assert brief.segment is not None and whole.segment is not None and german.segment is not None
    assert brief.segment.reasons == () and brief.segment.other_share == whole.segment.lead
    assert whole.segment.reasons and whole.segment.other_share != whole.segment.lead
    assert brief.segment.segment_id == whole.segment.segment_id
    assert whole.explanation is not None and german.explanation is not None
    assert whole.value_explanation is not None and german.value_explanation is not None
    titles = [one.title for one in whole.explanation.reasons]
    assert titles != [one.title for one in german.explanation.reasons] and titles
    assert [one.title for one in whole.value_explanation.reasons] != [
        one.title for one in german.value_explanation.reasons
    ]
    assert whole.explanation.probability == whole.probability
    assert whole.explanation.base == whole.base
    bare = brief._replace(segment=None)
    assert bare == whole._replace(explanation=None, value_explanation=None, segment=None)


def test_the_same_row_is_answered_alike_and_another_vector_of_one_customer_is_not(
    in_use: InUse,
) -> None:
    names = in_use.scorer.bundle.manifest.feature_names
    customer = in_use.snapshot.customer_ids[int(in_use.snapshot.ranking.customer_keys[0])]
    one, two = (
        Subject(customer, in_use.scorer.vectors.read(dict.fromkeys(names, value)), key=key)
        for value, key in ((1.0, b"one"), (900.0, b"two"))
    )
    stored, other = Subject(customer), Subject("nobody")
    found = in_use.scorer.score([one, two, stored, one, other, stored])
    assert found[0] is found[3] and found[2] is found[5]
    assert len({score.vector_digest for score in found}) == 4
    assert [score.customer_id for score in found] == [*[customer] * 4, "nobody", customer]
    assert found[4] == Score("nobody", Status.UNKNOWN_ID, in_use.snapshot.cutoff_seconds)


def test_who_declined_has_neither_stage_nor_segment_nor_digest(in_use: InUse) -> None:
    snapshot = in_use.snapshot
    key = int(np.flatnonzero(snapshot.status == Status.NO_CONSENT)[0])
    customer = snapshot.customer_ids[key]
    found = in_use.scorer.score_ids([customer])[0]
    assert found == Score(customer, Status.NO_CONSENT, snapshot.cutoff_seconds)


def test_scoring_ends_before_the_next_row_when_nobody_waits(in_use: InUse) -> None:
    waiter, names = Waiter(), [in_use.snapshot.customer_ids[place] for place in range(3)]

    told: list[Score] = []
    scorer = copy(in_use.scorer)

    def score(*arguments: Any) -> Score:
        waiter.leave()
        told.append(in_use.scorer._score(*arguments))
        return told[-1]

    setattr(scorer, "_score", score)  # noqa: B010
    with waited_for(waiter), pytest.raises(CallerGone):
        scorer.score_ids(names)
    assert [one.customer_id for one in told] == names[:1]
