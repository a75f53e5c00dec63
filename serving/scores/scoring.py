"""Bundle + behaviour vectors → calibrated scores with reasons, for one customer or a thousand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.time import Cutoff
from serving.scores.judged_vectors import Behaviour, behaviour_of
from serving.scores.next_order import NextOrder, next_orders
from serving.scores.score import ScoredRow, Status, band
from serving.scores.stored import stored_answers
from serving.scores.subject import Asked, VectorReader
from serving.snapshot.segments import Belonging
from training.bundles.spoken import spoken
from training.families.churn.bundle import Bundle
from training.families.value.reasons.explanation import ValueExplanation, explain_value
from training.reasons.explanation import Explanation, explain_all
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language
from training.reasons.points import Points, leading_features, percentage_points
from training.reasons.wording import Wording

if TYPE_CHECKING:
    from serving.scores.earlier_vector import Past
    from serving.scores.live_values import Valuer
    from serving.snapshot.customer_values import Valued
    from serving.snapshot.reading import Snapshot

SPEND = "spend_sum_365d"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Explained:
    """Contributions of some rows, shared out in points, with each group's leading feature."""

    points: Points
    leading: NDArray[np.int16]


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


@dataclass(frozen=True)
class Judgements:
    """What a model says of some rows; ``points`` by reason group and ``leading`` only with reasons."""

    log_odds: Floats
    probability: Floats
    percentile: Floats
    points: Floats | None
    leading: NDArray[np.int16] | None


def judgements(bundle: Bundle, values: NDArray[np.float32], wording: Wording | None) -> Judgements:
    """Judge bound rows, with reasons where there are words to choose them by."""
    log_odds = bundle.log_odds(values)
    probability = bundle.probability(log_odds)
    percentile = bundle.percentile(probability)
    if wording is None:
        return Judgements(log_odds, probability, percentile, None, None)
    found = explained(bundle, values, wording)
    return Judgements(log_odds, probability, percentile, found.points.by_group, found.leading)


class Scorer:
    """Answers for customers: one model over one snapshot's vectors, and over newer or given ones.

    ``past`` computes newer vectors and ``valuer`` their value; without them stored behaviour alone is
    answered, and given vectors have no value. Raises ``BundleRefused`` at once when the vectors were made
    for other features.
    """

    def __init__(
        self,
        bundle: Bundle,
        snapshot: Snapshot,
        currency: str,
        *,
        past: Past | None = None,
        valuer: Valuer | None = None,
    ) -> None:
        self.bundle = bundle
        self.snapshot = snapshot
        self.past = past
        self.valuer = valuer
        self.wording = wording_of(bundle, currency)
        self.value_wording = snapshot.value_wording(currency)
        self.vectors = VectorReader(bundle)
        self.values = bundle.bind(snapshot.vectors)
        self.places = snapshot.places
        # The nightly run has judged stored behaviour by this very model: its answers need no second run.
        self._knows = snapshot.manifest["model_digest"] == bundle.manifest.digest
        ranking = snapshot.ranking
        self.low, self.high = bundle.interval(ranking.log_odds, ranking.probability)
        self.base = float(bundle.probability(np.array([bundle.base_log_odds]))[0])

    def digest_of(self, row: int) -> str:
        """The name of a stored vector."""
        return digest_of_vector(self.values[row])

    def over(self, snapshot: Snapshot) -> Scorer:
        """The same over the same scores, of which some customers are withheld."""
        other = copy(self)
        other.snapshot = snapshot
        return other

    def score(
        self,
        asked: Sequence[Asked],
        *,
        with_reasons: bool = True,
        language: Language = ENGLISH,
    ) -> list[ScoredRow]:
        """One answer a row, in the order given; rows that ask the same are answered alike."""
        places: dict[tuple[str, bytes], int] = {}
        distinct: list[Asked] = []
        where = []
        for one in asked:
            same = (one.customer_id, one.key)
            if same not in places:
                places[same] = len(distinct)
                distinct.append(one)
            where.append(places[same])
        answers = self._answers(distinct, language if with_reasons else None)
        return [answers[place] for place in where]

    def score_ids(
        self, customer_ids: Sequence[str], *, with_reasons: bool = True
    ) -> list[ScoredRow]:
        """One answer an id, by what the scores were made from."""
        asked = [Asked(one) for one in customer_ids]
        return self.score(asked, with_reasons=with_reasons)

    def _answers(self, asked: Sequence[Asked], language: Language | None) -> list[ScoredRow]:
        if self._knows and not any(one.vector or one.fresh for one in asked):
            return stored_answers(self, asked, language)
        behaviour = behaviour_of(asked, self.snapshot, self.values, self.past)
        status = self._statuses(asked, behaviour)
        begun = [
            self._before_judging(one, Status(int(status[row])), behaviour, row)
            for row, one in enumerate(asked)
        ]
        answers = self._valued(begun, behaviour, language)
        judged = np.flatnonzero((status == Status.OK) | (status == Status.DEGRADED))
        if len(judged):
            found = self._judge([answers[row] for row in judged], behaviour, judged, language)
            for row, answer in zip(judged.tolist(), found, strict=True):
                answers[row] = answer
        return answers

    def _statuses(self, asked: Sequence[Asked], behaviour: Behaviour) -> NDArray[np.int8]:
        keys = behaviour.keys
        status = np.full(len(keys), Status.OK, np.int8)
        for row, one in enumerate(asked):
            if one.vector is not None and one.vector.is_partial:
                status[row] = Status.DEGRADED
        status[~self.bundle.eligible(behaviour.values)] = Status.NOT_ELIGIBLE
        status[~behaviour.is_there] = Status.INSUFFICIENT_DATA
        status[(keys < 0) & ~behaviour.is_there] = Status.UNKNOWN_ID
        for row, one in enumerate(asked):
            if one.vector is not None and one.vector.values is None:
                status[row] = Status.ERROR
        known = np.flatnonzero(keys >= 0)
        refused = self.snapshot.status[keys[known]] == Status.NO_CONSENT
        status[known[refused]] = Status.NO_CONSENT
        if self.snapshot.withheld.objected:
            for row, one in enumerate(asked):
                if one.customer_id in self.snapshot.withheld.objected:
                    status[row] = Status.NO_CONSENT
        return status

    def _before_judging(
        self, asked: Asked, status: Status, behaviour: Behaviour, row: int
    ) -> ScoredRow:
        """What is known of a customer, judged or not; of one who declined nothing is said."""
        if status == Status.NO_CONSENT:
            return ScoredRow(asked.customer_id, status, behaviour.as_of[row])
        stage, going = self._standing(int(behaviour.keys[row]))
        there = bool(behaviour.is_there[row]) and status not in (Status.ERROR, Status.NO_CONSENT)
        return ScoredRow(
            asked.customer_id,
            status,
            behaviour.as_of[row],
            (*asked.cautions, *(() if asked.vector is None else asked.vector.cautions)),
            stage,
            going,
            vector_digest=digest_of_vector(behaviour.values[row]) if there else "",
        )

    def _valued(
        self, rows: Sequence[ScoredRow], behaviour: Behaviour, language: Language | None
    ) -> list[ScoredRow]:
        """Each row with what the customer is worth and which segment they are of."""
        return [
            one
            if one.status == Status.NO_CONSENT
            else one._replace(
                spend_cents=None if found is None else self._spend(row, behaviour),
                worth=None if found is None else found.worth,
                value_explanation=self._why_worth(found, behaviour.values[row], language),
                belonging=self._belonging(int(behaviour.keys[row]), language),
            )
            for row, (one, found) in enumerate(
                zip(rows, self._worths(rows, behaviour), strict=True)
            )
        ]

    def _worths(self, rows: Sequence[ScoredRow], behaviour: Behaviour) -> list[Valued | None]:
        """What the scores say of stored behaviour, and what the value model says of any other."""
        stored = behaviour.is_stored & (behaviour.keys >= 0)
        worths = [
            self.snapshot.valued(int(key)) if there else None
            for key, there in zip(behaviour.keys, stored, strict=True)
        ]
        silent = (Status.ERROR, Status.NO_CONSENT, Status.UNKNOWN_ID)
        newer = [
            row
            for row, one in enumerate(rows)
            if not behaviour.is_stored[row] and one.status not in silent
        ]
        if newer and self.valuer is not None:
            found = self.valuer.valued(behaviour.values[newer])
            for row, one in zip(newer, found, strict=True):
                worths[row] = one
        return worths

    def _why_worth(
        self, found: Valued | None, values: NDArray[np.float32], language: Language | None
    ) -> ValueExplanation | None:
        if found is None or language is None:
            return None
        return explain_value(found.shares, values, self.value_wording.in_language(language))

    def _spend(self, row: int, behaviour: Behaviour) -> int | None:
        """What was spent in the 365 days before, net of returns."""
        if behaviour.is_stored[row]:
            return int(self.snapshot.spend_cents[behaviour.keys[row]])
        position = self.wording.position(SPEND)
        value = np.nan if position is None else behaviour.values[row, position]
        return None if np.isnan(value) else round(float(value))

    def _belonging(self, key: int, language: Language | None) -> Belonging | None:
        if key < 0:
            return None
        found = self.snapshot.belonging(key, self.wording.currency, language or ENGLISH)
        if found is None or language is not None:
            return found
        return replace(found, reasons=(), other_share=found.lead)

    def _standing(self, key: int) -> tuple[str, str] | tuple[None, None]:
        standing = self.snapshot.standing(key) if key >= 0 else None
        return (None, None) if standing is None else (standing[0].word, standing[1].word)

    def _judge(
        self,
        known: Sequence[ScoredRow],
        behaviour: Behaviour,
        rows: NDArray[np.intp],
        language: Language | None,
    ) -> Iterator[ScoredRow]:
        values = np.ascontiguousarray(behaviour.values[rows])
        found = self._judgements(values, behaviour, rows, language is not None)
        low, high = self.bundle.interval(found.log_odds, found.probability)
        reasons: Sequence[Explanation | None] = [None] * len(values)
        if language is not None and found.points is not None and found.leading is not None:
            points = Points(found.probability, self.base, found.points)
            words = self.wording.in_language(language)
            reasons = explain_all(points, found.leading, values, words)
        orders = self._orders(values, [behaviour.as_of[row] for row in rows.tolist()])
        for place, (row, answer) in enumerate(zip(rows.tolist(), known, strict=True)):
            risk, percentile = float(found.probability[place]), float(found.percentile[place])
            yield answer._replace(
                probability=risk,
                interval=(float(low[place]), float(high[place])),
                percentile=percentile,
                band=band(percentile),
                base=self.base,
                spend_cents=self._spend(row, behaviour),
                at_risk_cents=self.at_risk_cents(risk, answer.worth),
                next_order=orders[place],
                explanation=reasons[place],
            )

    def _judgements(
        self,
        values: NDArray[np.float32],
        behaviour: Behaviour,
        rows: NDArray[np.intp],
        with_reasons: bool,
    ) -> Judgements:
        """What the nightly run found of stored behaviour, and what the model says of any other."""
        keys, stored = behaviour.keys[rows], behaviour.is_stored[rows]
        there = stored & (keys >= 0) & self._knows
        places = np.full(len(keys), -1, np.int64)
        places[there] = self.places[keys[there]]
        ranking = self.snapshot.ranking
        if (places >= 0).all():
            points = ranking.points[places] if with_reasons else None
            leading = ranking.leading[places] if with_reasons else None
            return Judgements(
                ranking.log_odds[places],
                ranking.probability[places],
                ranking.percentile[places],
                points,
                leading,
            )
        return judgements(self.bundle, values, self.wording if with_reasons else None)

    def _orders(
        self, values: NDArray[np.float32], as_of: Sequence[int | None]
    ) -> list[NextOrder | None]:
        """When the next order may come, counted from each row's own instant."""
        cutoff = Cutoff(self.snapshot.cutoff_seconds)
        orders = next_orders(self.bundle, values, cutoff)
        for place, instant in enumerate(as_of):
            if instant is None:
                orders[place] = None
            elif instant != cutoff.seconds:
                orders[place] = next_orders(self.bundle, values[[place]], Cutoff(instant))[0]
        return orders

    def at_risk_cents(self, risk: float, worth: Mapping[str, int] | None) -> int | None:
        """Risk times value if kept; nothing is at risk where the question is not who leaves."""
        if worth is None or not self.bundle.question.means_leaving:
            return None
        return round(risk * worth["if_kept_cents"])
