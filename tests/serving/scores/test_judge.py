"""What is known of a customer is the same whoever knows it: the scores of the night, or the models now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from serving.in_use.models_in_use import InUse
from serving.scores.scoring import Scorer
from serving.scores.subject import Subject
from tests.serving.calling import Service


@pytest.fixture
def in_use(service: Service) -> InUse:
    found = service.models_in_use.in_use
    assert found is not None
    return found


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
