"""Who knows something of a customer: the scores of the night, where the same model made them, or the models now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from serving.process.waiter import look_up
from serving.scores.judged_vectors import Behaviour, behaviour_of
from serving.scores.judgements import Judgement, Risk, explained
from serving.scores.next_order import NextOrder, next_orders
from serving.scores.score import Status
from serving.scores.silence import silence_of
from serving.scores.subject import Subject
from serving.snapshot.customer_values import Valued
from training.families.churn.bundle import Bundle
from training.reasons.wording import Wording

if TYPE_CHECKING:
    from serving.scores.earlier_vector import Past
    from serving.scores.live_values import Valuer
    from serving.snapshot.reading import Snapshot

SPEND = "spend_sum_365d"
_ROWS_AT_ONCE = 4_096
_VALUELESS = (Status.ERROR, Status.NO_CONSENT, Status.UNKNOWN_ID)


class Judge:
    """One model over one snapshot's vectors, and over newer or given ones.

    ``past`` computes newer vectors and ``valuer`` their value. Raises ``BundleRefused`` at once when the
    vectors were made for other features.
    """

    def __init__(
        self,
        bundle: Bundle,
        snapshot: Snapshot,
        wording: Wording,
        *,
        past: Past | None = None,
        valuer: Valuer | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.past = past
        self._bundle = bundle
        self._valuer = valuer
        self._wording = wording
        self._spend_place = wording.position(SPEND)
        self._values = bundle.bind(snapshot.vectors)
        self._places = snapshot.places
        # The nightly run has judged stored behaviour by this very model: its answers need no second run.
        self._is_the_nights = snapshot.manifest["model_digest"] == bundle.manifest.digest
        ranking = snapshot.ranking
        self._low, self._high = bundle.interval(ranking.log_odds, ranking.probability)

    def over(self, snapshot: Snapshot) -> Judge:
        """The same over the same scores, of which some customers are withheld."""
        other = copy(self)
        other.snapshot = snapshot
        return other

    def judgements(self, subjects: Sequence[Subject], *, with_reasons: bool) -> list[Judgement]:
        """What is known of each, in the order given: read where the night knows, else computed now."""
        found = self._judged(subjects, with_reasons=with_reasons)
        told = _Judged.among(found)
        if self._bundle.hazard is not None and told.rows:
            as_of = [found[row].as_of_seconds for row in told.rows]
            orders = next_orders(self._bundle, told.values, told.probability, as_of)
            for row, order in zip(told.rows, orders, strict=True):
                found[row] = _with_order(found[row], order)
        return found

    def order_chances(self, subjects: Sequence[Subject], days: int) -> list[float | None]:
        """The chance that each orders within so many days; None where nothing is said of it."""
        chances: list[float | None] = [None] * len(subjects)
        told = _Judged.among(self._judged(subjects, with_reasons=False))
        if told.rows:
            silence = silence_of(self._bundle, told.values, told.probability)
            if silence is not None:
                ordering = (1.0 - silence.by(days)).tolist()
                for row, chance in zip(told.rows, ordering, strict=True):
                    chances[row] = chance
        return chances

    def order_chances_of_everybody(self, days: int) -> Floats:
        """The same for all customers of the scores by their stored behaviour, by key; NaN where nothing is said."""
        snapshot, bundle = self.snapshot, self._bundle
        chances = np.full(len(snapshot.customer_ids), np.nan)
        may_be = (snapshot.vector_rows >= 0) & (snapshot.status != Status.NO_CONSENT)
        everybody = np.flatnonzero(may_be)
        for first in range(0, len(everybody), _ROWS_AT_ONCE):
            look_up()
            keys = everybody[first : first + _ROWS_AT_ONCE]
            values = self._values[snapshot.vector_rows[keys]]
            is_judged = bundle.eligible(values)
            values = np.ascontiguousarray(values[is_judged])
            silence = silence_of(bundle, values, bundle.probability(bundle.log_odds(values)))
            if silence is None:
                break
            chances[keys[is_judged]] = 1.0 - silence.by(days)
        return chances

    def _judged(self, subjects: Sequence[Subject], *, with_reasons: bool) -> list[Judgement]:
        """What is known of each, but for when they order: that is asked of all together."""
        if all(map(self.is_known, subjects)):
            return [self._read(subject, with_reasons) for subject in subjects]
        computed = iter(
            self._computed(
                [subject for subject in subjects if not self.is_known(subject)], with_reasons
            )
        )
        return [
            self._read(subject, with_reasons) if self.is_known(subject) else next(computed)
            for subject in subjects
        ]

    def is_known(self, subject: Subject) -> bool:
        """Whether the night has found what is answered, by this very model and the same behaviour."""
        is_newer = bool(subject.fresh) and self.past is not None
        return self._is_the_nights and subject.vector is None and not is_newer

    def _read(self, subject: Subject, with_reasons: bool) -> Judgement:
        """What the night found, without arrays: the shortest way from an id to an answer."""
        look_up()
        snapshot, name = self.snapshot, subject.customer_id
        cutoff_seconds, key = snapshot.cutoff_seconds, snapshot.find(name)
        if name in snapshot.withheld.objected:
            return Judgement(Status.NO_CONSENT, cutoff_seconds, subject.cautions)
        if key < 0:
            return Judgement(Status.UNKNOWN_ID, cutoff_seconds, subject.cautions)
        status = Status(int(snapshot.status[key]))
        if status == Status.NO_CONSENT:
            return Judgement(status, cutoff_seconds, subject.cautions)
        row, value = int(snapshot.vector_rows[key]), snapshot.valued(key)
        risk = self._risk_read(key, with_reasons) if status == Status.OK else None
        return Judgement(
            status,
            cutoff_seconds,
            subject.cautions,
            key,
            self._values[row] if row >= 0 else None,
            None if value is None and risk is None else snapshot.spend_of(key),
            value,
            risk,
        )

    def _risk_read(self, key: int, with_reasons: bool) -> Risk:
        place, ranking = int(self._places[key]), self.snapshot.ranking
        return Risk(
            float(ranking.probability[place]),
            float(ranking.percentile[place]),
            (float(self._low[place]), float(self._high[place])),
            None,
            ranking.points[place].tolist() if with_reasons else (),
            ranking.leading[place].tolist() if with_reasons else (),
        )

    def _computed(self, subjects: Sequence[Subject], with_reasons: bool) -> list[Judgement]:
        """What the models say now of behaviour that is newer, was given or was judged by another model."""
        behaviour = behaviour_of(subjects, self.snapshot, self._values, self.past)
        statuses = [Status(one) for one in self._statuses(subjects, behaviour).tolist()]
        judged = [row for row, one in enumerate(statuses) if one in (Status.OK, Status.DEGRADED)]
        risks = dict(zip(judged, self._risks(behaviour, judged, with_reasons), strict=True))
        values = self._live_values(statuses, behaviour)
        return [
            self._judgement(subject, statuses[row], behaviour, row, values[row], risks.get(row))
            for row, subject in enumerate(subjects)
        ]

    def _judgement(
        self,
        subject: Subject,
        status: Status,
        behaviour: Behaviour,
        row: int,
        value: Valued | None,
        risk: Risk | None,
    ) -> Judgement:
        if status == Status.NO_CONSENT:
            return Judgement(status, behaviour.as_of[row])
        is_there = bool(behaviour.is_there[row]) and status != Status.ERROR
        return Judgement(
            status,
            behaviour.as_of[row],
            (*subject.cautions, *(() if subject.vector is None else subject.vector.cautions)),
            int(behaviour.keys[row]),
            behaviour.values[row] if is_there else None,
            None if value is None and risk is None else self._spend(row, behaviour),
            value,
            risk,
        )

    def _statuses(self, subjects: Sequence[Subject], behaviour: Behaviour) -> NDArray[np.int8]:
        keys = behaviour.keys
        status = np.full(len(keys), Status.OK, np.int8)
        for row, subject in enumerate(subjects):
            if subject.vector is not None and subject.vector.is_partial:
                status[row] = Status.DEGRADED
        status[~self._bundle.eligible(behaviour.values)] = Status.NOT_ELIGIBLE
        status[~behaviour.is_there] = Status.INSUFFICIENT_DATA
        status[(keys < 0) & ~behaviour.is_there] = Status.UNKNOWN_ID
        for row, subject in enumerate(subjects):
            if subject.vector is not None and subject.vector.values is None:
                status[row] = Status.ERROR
        known = np.flatnonzero(keys >= 0)
        refused = self.snapshot.status[keys[known]] == Status.NO_CONSENT
        status[known[refused]] = Status.NO_CONSENT
        if self.snapshot.withheld.objected:
            for row, subject in enumerate(subjects):
                if subject.customer_id in self.snapshot.withheld.objected:
                    status[row] = Status.NO_CONSENT
        return status

    def _live_values(self, statuses: Sequence[Status], behaviour: Behaviour) -> list[Valued | None]:
        """What the scores say of stored behaviour, and what the value model says of any other."""
        stored = behaviour.is_stored & (behaviour.keys >= 0)
        values = [
            self.snapshot.valued(int(key)) if is_stored else None
            for key, is_stored in zip(behaviour.keys, stored, strict=True)
        ]
        newer = [
            row
            for row, status in enumerate(statuses)
            if not behaviour.is_stored[row] and status not in _VALUELESS
        ]
        if newer and self._valuer is not None:
            for row, value in zip(newer, self._valuer.valued(behaviour.values[newer]), strict=True):
                values[row] = value
        return values

    def _spend(self, row: int, behaviour: Behaviour) -> int | None:
        """What was spent in the 365 days before, net of returns; None where no purchase says what was paid."""
        if behaviour.is_stored[row]:
            return self.snapshot.spend_of(int(behaviour.keys[row]))
        place = self._spend_place
        value = np.nan if place is None else behaviour.values[row, place]
        is_told = self.snapshot.money_is_known and not np.isnan(value)
        return round(float(value)) if is_told else None

    def _risks(
        self, behaviour: Behaviour, rows: Sequence[int], with_reasons: bool
    ) -> Iterator[Risk]:
        if not rows:
            return
        bundle, values = self._bundle, np.ascontiguousarray(behaviour.values[rows])
        log_odds = bundle.log_odds(values)
        probability = bundle.probability(log_odds)
        percentile = bundle.percentile(probability)
        low, high = bundle.interval(log_odds, probability)
        why = explained(bundle, values, self._wording) if with_reasons else None
        for place in range(len(rows)):
            yield Risk(
                float(probability[place]),
                float(percentile[place]),
                (float(low[place]), float(high[place])),
                None,
                () if why is None else why.points.by_group[place].tolist(),
                () if why is None else why.leading[place].tolist(),
            )


class _Judged(NamedTuple):
    """Those of some judgements that say a risk: their places, vectors and probabilities."""

    rows: list[int]
    values: NDArray[np.float32]
    probability: Floats

    @classmethod
    def among(cls, found: Sequence[Judgement]) -> Self:
        """Nobody stands for no row at all."""
        told = [
            (row, one.vector, one.risk.probability)
            for row, one in enumerate(found)
            if one.risk is not None and one.vector is not None
        ]
        values = np.array([vector for _, vector, _ in told], np.float32)
        return cls([row for row, *_ in told], values, np.array([chance for *_, chance in told]))


def _with_order(judgement: Judgement, order: NextOrder | None) -> Judgement:
    assert judgement.risk is not None
    return judgement._replace(risk=judgement.risk._replace(next_order=order))
