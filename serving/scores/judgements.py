"""What is known of some customers before anything is put into words.

It has two sources, and both say the same of the same behaviour: the night's scores, where it is read, and the
models, which are asked now; see ``judge``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from serving.scores.next_order import NextOrder
from serving.scores.score import Status
from serving.scores.subject import Caution
from serving.snapshot.customer_values import Valued
from training.bundles.own_plan import spoken
from training.families.churn.bundle import Bundle
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language
from training.reasons.points import Points, leading_features, percentage_points
from training.reasons.wording import Wording


class Risk(NamedTuple):
    """What a model says of one customer; ``points`` by reason group and ``leading`` only with reasons."""

    probability: float
    percentile: float
    interval: tuple[float, float]
    next_order: NextOrder | None
    points: Sequence[float] = ()
    leading: Sequence[int] = ()


class Judgement(NamedTuple):
    """What is known of one subject, whichever source knows it.

    ``key`` is -1 of whom the scores do not know or may say nothing. ``vector`` is absent where there is no
    behaviour, ``risk`` where it is not judged, and ``spend_cents`` where neither money nor risk is told.
    """

    status: Status
    as_of_seconds: int | None
    cautions: tuple[Caution, ...] = ()
    key: int = -1
    vector: NDArray[np.float32] | None = None
    spend_cents: int | None = None
    value: Valued | None = None
    risk: Risk | None = None


@dataclass(frozen=True)
class Explained:
    """Contributions of some rows, shared out in points, with each group's leading feature.

    ``sayable`` tells how well each feature can be told of each row, by direction.
    """

    points: Points
    leading: NDArray[np.int16]
    sayable: Mapping[str, NDArray[np.int8]]


def wording_of(bundle: Bundle, currency: str, language: Language = ENGLISH) -> Wording:
    """The words a bundle brings along, in one of the languages reasons are told in."""
    return Wording(*spoken(bundle.manifest), bundle.reference.peers, currency, language)


def explained(bundle: Bundle, values: NDArray[np.float32], wording: Wording) -> Explained:
    """Contributions of bound rows, by reason group and with their leading features."""
    by_feature = bundle.feature_contributions(values)
    points = percentage_points(bundle.grouped(by_feature), bundle.base_log_odds, bundle.probability)
    sayable = wording.sayable(values)
    leading = leading_features(by_feature, wording.group_of, points.by_group, sayable)
    return Explained(points, leading, sayable)


def digest_of_vector(values: NDArray[np.float32]) -> str:
    """The SHA-256 name of one bound vector; all missing values are alike.

    >>> digest_of_vector(np.array([1.0, np.nan], np.float32))[:12]
    'c5a9838fc5dc'
    """
    plain = np.where(np.isnan(values), np.float32(np.nan), values).astype("<f4")
    return hashlib.sha256(plain.tobytes()).hexdigest()
