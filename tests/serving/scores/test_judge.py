"""What is known of a customer is the same whoever knows it: the scores of the night, or the models now."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from serving.in_use.models_in_use import InUse
from serving.ledger.privacy import Withheld
from serving.scores.score import Score, Status
from serving.scores.scoring import Scorer
from serving.scores.subject import GivenVector, Subject


def everybody(in_use: InUse) -> list[str]:
    known = in_use.snapshot.customer_ids
    return [known[key] for key in range(0, len(known), 5)] + ["nobody knows them"]


def test_the_models_say_now_what_the_night_found(in_use: InUse) -> None:
    manifest = dict(in_use.snapshot.manifest) | {"model_digest": "another model"}
    unknown = replace(in_use.snapshot, manifest=manifest)
    computed = Scorer(in_use.scorer.bundle, unknown, "EUR").score_ids(everybody(in_use))
    found = in_use.scorer.score_ids(everybody(in_use))
    assert len({one.status for one in found}) > 2
    for read, now in zip(found, computed, strict=True):
        assert read._replace(probability=None, explanation=None) == now._replace(
            probability=None, explanation=None
        )
        assert read.probability == pytest.approx(now.probability, abs=1e-12)
        if read.explanation is not None and now.explanation is not None:
            for ours, theirs in zip(read.explanation.reasons, now.explanation.reasons, strict=True):
                assert (ours.group, ours.text) == (theirs.group, theirs.text)


def test_beside_a_given_vector_everybody_is_answered_as_alone(in_use: InUse) -> None:
    names = in_use.scorer.bundle.manifest.feature_names
    vector = in_use.scorer.vectors.read(dict.fromkeys(names, 1.0))
    subjects = [Subject(one) for one in everybody(in_use)]
    beside = in_use.scorer.score([*subjects, Subject(vector=vector, key=b"vector")])
    assert beside[:-1] == in_use.scorer.score(subjects)
    assert beside[-1].status.word in ("ok", "not_eligible") and beside[-1].as_of_seconds is None


STATES = ("judged", "unjudged", "declined", "objected", "erased", "both", "stranger", "objecting")
# Who is asked about, by what: of whom the answer is a no it is one whatever is given with it, and of an erased
# customer what is said of one nobody knows.
STATUSES = {
    "number": "ok, not_eligible, no_consent, no_consent, unknown_id, no_consent, unknown_id, no_consent",
    "vector": "ok, ok, no_consent, no_consent, ok, no_consent, ok, no_consent",
    "part": "degraded, degraded, no_consent, no_consent, degraded, no_consent, degraded, no_consent",
    "unread": "error, error, no_consent, no_consent, error, no_consent, error, no_consent",
}


@pytest.fixture
def people(in_use: InUse) -> dict[str, str]:
    """Somebody in each state."""
    snapshot = in_use.snapshot
    judged = [snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys[:4]]

    def of(status: Status) -> str:
        return snapshot.customer_ids[int(np.flatnonzero(snapshot.status == status)[0])]

    stored = [judged[0], of(Status.NOT_ELIGIBLE), of(Status.NO_CONSENT), *judged[1:]]
    return dict(zip(STATES, [*stored, "a stranger", "who objects"], strict=True))


def withheld_of(people: dict[str, str]) -> Withheld:
    objected = {people["objected"], people["both"], people["objecting"]}
    return Withheld(frozenset(objected), frozenset({people["erased"], people["both"]}))


def given_vectors(in_use: InUse, judged: str) -> dict[str, GivenVector | None]:
    key = in_use.snapshot.find(judged)
    values = in_use.values[in_use.snapshot.vector_rows[key]].tolist()
    named = dict(zip(in_use.scorer.bundle.manifest.feature_names, values, strict=True))
    read = in_use.scorer.vectors.read
    told = {one: None if np.isnan(two) else two for one, two in named.items()}
    left_out = in_use.scorer.bundle.model.columns.names[-1]
    return {
        "number": None,
        "vector": read(told),
        "part": read({one: two for one, two in told.items() if one != left_out}),
        "unread": read({"what nobody knows": 1.0}),
    }


@pytest.mark.parametrize("is_of_the_night", [True, False])
def test_a_no_is_a_no_whatever_is_given_and_who_was_erased_is_a_stranger(
    in_use: InUse, people: dict[str, str], is_of_the_night: bool
) -> None:
    snapshot, vectors = in_use.snapshot, given_vectors(in_use, people["judged"])
    if not is_of_the_night:
        manifest = dict(snapshot.manifest) | {"model_digest": "another model"}
        snapshot = replace(snapshot, manifest=manifest)
    scorer = Scorer(in_use.scorer.bundle, snapshot, "EUR").over(
        snapshot.without(withheld_of(people))
    )
    for given, expected in STATUSES.items():
        vector = vectors[given]
        subjects = [Subject(one, vector=vector, key=given.encode()) for one in people.values()]
        scores = dict(zip(STATES, scorer.score(subjects), strict=True))
        told = {state: one.status.word for state, one in scores.items()}
        assert told == dict(zip(STATES, expected.split(", "), strict=True)), given
        for one in scores.values():
            if one.status in (Status.NO_CONSENT, Status.UNKNOWN_ID):
                nothing = Score(one.customer_id, one.status, one.as_of_seconds, one.cautions)
                assert one == nothing
        stranger = scores["stranger"]._replace(customer_id="")
        assert scores["erased"]._replace(customer_id="") == stranger


def test_the_same_scorer_answers_all_again_once_nobody_is_withheld(
    in_use: InUse, people: dict[str, str]
) -> None:
    before = in_use.scorer.score_ids(list(people.values()))
    masked = in_use.scorer.over(in_use.snapshot.without(withheld_of(people)))
    assert masked.score_ids(list(people.values())) != before
    assert in_use.scorer.score_ids(list(people.values())) == before
    assert masked.over(in_use.snapshot).score_ids(list(people.values())) == before
