"""Bundle + behaviour vectors → calibrated scores with reasons, for one customer or a thousand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from features.vocabulary import Cutoff
from serving.belonging import Belonging
from serving.next_order import NextOrder, next_orders
from training.bundle import Bundle, spoken
from training.reasons.explanation import Explanation, explain_all
from training.reasons.language import Language
from training.reasons.languages import ENGLISH
from training.reasons.points import Points, leading_features, percentage_points
from training.reasons.wording import Wording
from training.value.explanation import ValueExplanation, explain_value

if TYPE_CHECKING:
    from serving.published import Snapshot

HIGH_PERCENTILE = 90.0
MEDIUM_PERCENTILE = 70.0


class Status(IntEnum):
    """What became of one row."""

    OK = 0
    UNKNOWN_ID = 1
    INSUFFICIENT_DATA = 2
    NOT_ELIGIBLE = 3
    NO_CONSENT = 4
    ERROR = 5

    @property
    def word(self) -> str:
        """The status as the CRM reads it."""
        return self.name.lower()


@dataclass(frozen=True)
class Explained:
    """Contributions of some rows, shared out in points, with each group's leading feature."""

    points: Points
    leading: NDArray[np.int16]


@dataclass(frozen=True)
class ScoredRow:
    """One customer's answer; everything but the statuses and the stage is absent without a score.

    ``stage`` and ``lifecycle_status`` are absent for unknown customers and for those who declined.
    ``spend_cents`` is what the customer spent, net of returns, in the 365 days before the cutoff.
    ``worth`` is what they are expected to bring, where a value model is in use, and ``at_risk_cents``
    the risk times what they bring if kept; ``value_explanation`` says why. ``next_order`` is there where
    the model in use tells when, ``belonging`` where segments are in use and the customer has one.
    """

    customer_id: str
    status: Status
    stage: str | None = None
    lifecycle_status: str | None = None
    probability: float | None = None
    percentile: float | None = None
    band: str | None = None
    base: float | None = None
    spend_cents: int | None = None
    at_risk_cents: int | None = None
    worth: Mapping[str, int] | None = None
    next_order: NextOrder | None = None
    explanation: Explanation | None = None
    value_explanation: ValueExplanation | None = None
    belonging: Belonging | None = None


def wording_of(bundle: Bundle, currency: str, language: Language = ENGLISH) -> Wording:
    """The words a bundle brings along, in one of the languages reasons are told in."""
    return Wording(*spoken(bundle.manifest), bundle.reference.peers, currency, language)


def explained(bundle: Bundle, values: NDArray[np.float32], wording: Wording) -> Explained:
    """Contributions of bound rows, by reason group and with their leading features."""
    by_feature = bundle.feature_contributions(values)
    points = percentage_points(bundle.grouped(by_feature), bundle.base_log_odds, bundle.probability)
    leading = leading_features(
        by_feature, wording.group_of, points.by_group, wording.sayable(values)
    )
    return Explained(points, leading)


def digest_of_vector(values: NDArray[np.float32]) -> str:
    """The SHA-256 name of one bound vector; all missing values are alike.

    >>> digest_of_vector(np.array([1.0, np.nan], np.float32))[:12]
    'c5a9838fc5dc'
    """
    plain = np.where(np.isnan(values), np.float32(np.nan), values).astype("<f4")
    return hashlib.sha256(plain.tobytes()).hexdigest()


def band(percentile: float) -> str:
    """How a risk compares with that of other customers: high is the top tenth, medium the next fifth.

    >>> band(90.0), band(89.9), band(12.0)
    ('high', 'medium', 'low')
    """
    if percentile >= HIGH_PERCENTILE:
        return "high"
    return "medium" if percentile >= MEDIUM_PERCENTILE else "low"


class Scorer:
    """Answers for customers by id: one model over one snapshot's vectors.

    Raises ``BundleRefused`` at once when the vectors were made for other features.
    """

    def __init__(self, bundle: Bundle, snapshot: Snapshot, currency: str) -> None:
        self.bundle = bundle
        self.snapshot = snapshot
        self.wording = wording_of(bundle, currency)
        self.value_wording = snapshot.value_wording(currency)
        self._values = bundle.bind(snapshot.vectors)
        self.base = float(bundle.probability(np.array([bundle.base_log_odds]))[0])

    def score(
        self,
        customer_ids: Sequence[str],
        *,
        with_reasons: bool = True,
        language: Language = ENGLISH,
    ) -> list[ScoredRow]:
        """One answer an id, in the order given; the same id is answered alike wherever it stands."""
        distinct = list(dict.fromkeys(customer_ids))
        keys = np.array([self.snapshot.customer_ids.find(one) for one in distinct], np.int64)
        rows = np.where(keys >= 0, self.snapshot.vector_rows[keys], -1)
        values = self._values[np.maximum(rows, 0)]
        status = self._statuses(keys, rows, values)
        answers = {
            customer_id: self._before_judging(
                customer_id, int(key), Status(int(one)), language if with_reasons else None
            )
            for customer_id, key, one in zip(distinct, keys, status, strict=True)
        }
        judged = np.flatnonzero(status == Status.OK)
        if len(judged):
            known = [answers[distinct[one]] for one in judged]
            spoken = language if with_reasons else None
            found = self._judge(known, values[judged], keys[judged], spoken)
            answers.update((one.customer_id, one) for one in found)
        return [answers[one] for one in customer_ids]

    def vector_digest(self, customer_id: str) -> str:
        """The name of a customer's behaviour as the model reads it; empty without a vector."""
        key = self.snapshot.customer_ids.find(customer_id)
        row = int(self.snapshot.vector_rows[key]) if key >= 0 else -1
        return digest_of_vector(self._values[row]) if row >= 0 else ""

    def _before_judging(
        self, customer_id: str, key: int, status: Status, language: Language | None
    ) -> ScoredRow:
        """What is known of a customer, judged or not."""
        worth = self.snapshot.worth(key) if key >= 0 else None
        spend = int(self.snapshot.spend_cents[key]) if worth is not None else None
        stage, going = self._standing(key)
        why = None if worth is None or language is None else self._why_worth(key, language)
        return ScoredRow(
            customer_id,
            status,
            stage,
            going,
            spend_cents=spend,
            worth=worth,
            value_explanation=why,
            belonging=self._belonging(key, language),
        )

    def _belonging(self, key: int, language: Language | None) -> Belonging | None:
        if key < 0:
            return None
        found = self.snapshot.belonging(key, self.wording.currency, language or ENGLISH)
        if found is None or language is not None:
            return found
        return replace(found, reasons=(), other_share=found.lead)

    def _why_worth(self, key: int, language: Language) -> ValueExplanation | None:
        shares = self.snapshot.value_shares(key)
        if shares is None:
            return None
        values = self._values[self.snapshot.vector_rows[key]]
        return explain_value(shares, values, self.value_wording.in_language(language))

    def _standing(self, key: int) -> tuple[str, str] | tuple[None, None]:
        standing = self.snapshot.standing(key) if key >= 0 else None
        return (None, None) if standing is None else (standing[0].word, standing[1].word)

    def _judge(
        self,
        known: Sequence[ScoredRow],
        values: NDArray[np.float32],
        keys: NDArray[np.int64],
        language: Language | None,
    ) -> Iterator[ScoredRow]:
        probability = self.bundle.probability(self.bundle.log_odds(values))
        percentile = self.bundle.percentile(probability)
        reasons = [None] * len(values) if language is None else self._explanations(values, language)
        orders = next_orders(self.bundle, values, Cutoff(self.snapshot.cutoff_seconds))
        for row, answer in enumerate(known):
            risk, worth = float(probability[row]), answer.worth
            yield replace(
                answer,
                probability=risk,
                percentile=float(percentile[row]),
                band=band(float(percentile[row])),
                base=self.base,
                spend_cents=int(self.snapshot.spend_cents[keys[row]]),
                at_risk_cents=self._at_risk_cents(risk, worth),
                next_order=orders[row],
                explanation=reasons[row],
            )

    def _at_risk_cents(self, risk: float, worth: Mapping[str, int] | None) -> int | None:
        """Risk times value if kept; nothing is at risk where the question is not who leaves."""
        if worth is None or not self.bundle.question.means_leaving:
            return None
        return round(risk * worth["if_kept_cents"])

    def _statuses(
        self, keys: NDArray[np.int64], rows: NDArray[np.int64], values: NDArray[np.float32]
    ) -> NDArray[np.int8]:
        status = np.full(len(keys), Status.OK, np.int8)
        status[~self.bundle.eligible(values)] = Status.NOT_ELIGIBLE
        status[rows < 0] = Status.INSUFFICIENT_DATA
        refused = self.snapshot.status[np.maximum(keys, 0)] == Status.NO_CONSENT
        status[refused] = Status.NO_CONSENT
        status[keys < 0] = Status.UNKNOWN_ID
        return status

    def _explanations(
        self, values: NDArray[np.float32], language: Language
    ) -> Sequence[Explanation | None]:
        wording = self.wording.in_language(language)
        found = explained(self.bundle, values, wording)
        return explain_all(found.points, found.leading, values, wording)
