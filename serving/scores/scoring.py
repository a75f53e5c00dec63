"""What is known of customers → calibrated scores with reasons, for one of them or a thousand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from features.store.pack import TextColumn
from features.vocabulary.arrays import Floats
from serving.process.waiter import look_up
from serving.scores.judge import Judge
from serving.scores.judgements import Judgement, digest_of_vector, wording_of
from serving.scores.live_standing import CustomerNow, LiveStanding, Standing
from serving.scores.score import Score, band
from serving.scores.subject import Subject, VectorReader
from serving.snapshot.segments import CustomerSegment
from training.actions.best import BestAction, ContactCase, best_actions_for
from training.families.churn.bundle import Bundle
from training.families.value.reasons.explanation import ValueExplanation, explain_value
from training.reasons.explanation import Explanation, explain_one
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language

if TYPE_CHECKING:
    from serving.scores.earlier_vector import Past
    from serving.scores.live_values import Valuer
    from serving.snapshot.reading import Snapshot


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
        self.wording = wording_of(bundle, currency)
        self.vectors = VectorReader(bundle)
        self.base = float(bundle.probability(np.array([bundle.base_log_odds]))[0])
        self.value_wording = snapshot.value_wording(currency)
        self._live_standing = (
            None if past is None else LiveStanding.by(bundle, past.pack.attributes)
        )
        self._order_chances: dict[int, Floats] = {}
        self._judge = Judge(bundle, snapshot, self.wording, past=past, valuer=valuer)

    def over(self, snapshot: Snapshot) -> Scorer:
        """The same over the same scores, of which some customers are withheld."""
        other = copy(self)
        other.snapshot, other._judge = snapshot, self._judge.over(snapshot)
        return other

    def score(
        self,
        subjects: Sequence[Subject],
        *,
        with_reasons: bool = True,
        language: Language = ENGLISH,
    ) -> list[Score]:
        """One score a subject, in the order given; subjects that are the same are answered alike."""
        places: dict[tuple[str, bytes], int] = {}
        distinct: list[Subject] = []
        where = []
        for subject in subjects:
            same = (subject.customer_id, subject.key)
            if same not in places:
                places[same] = len(distinct)
                distinct.append(subject)
            where.append(places[same])
        judgements = self._judge.judgements(distinct, with_reasons=with_reasons)
        told_in = language if with_reasons else None
        standings = self._standings(distinct, judgements)
        actions = self._best_actions(distinct, judgements, standings)
        answers = []
        for known in zip(distinct, judgements, standings, actions, strict=True):
            look_up()
            answers.append(self._score(*known, told_in))
        return [answers[place] for place in where]

    def score_ids(self, customer_ids: Sequence[str], *, with_reasons: bool = True) -> list[Score]:
        """One answer an id, by what the scores were made from."""
        subjects = [Subject(one) for one in customer_ids]
        return self.score(subjects, with_reasons=with_reasons)

    def order_chances(self, subjects: Sequence[Subject], days: int) -> list[float | None]:
        """The chance that each orders within so many days, as its score says; None where that says nothing of it."""
        return self._judge.order_chances(subjects, days)

    def order_chances_of(self, customer_ids: TextColumn, days: int) -> Floats:
        """The same for customers of a store, by what the scores were made from; NaN where they say nothing."""
        if days not in self._order_chances:
            self._order_chances[days] = self._judge.order_chances_of_everybody(days)
        chances, own = self._order_chances[days], self.snapshot.customer_ids
        if customer_ids is own or customer_ids.is_same(own):
            return chances
        keys = np.array([self.snapshot.find(one) for one in customer_ids], np.int64)
        return np.where(keys >= 0, np.append(chances, np.nan)[keys], np.nan)

    def _score(
        self,
        subject: Subject,
        judgement: Judgement,
        standing: Standing | None,
        best_action: BestAction | None,
        language: Language | None,
    ) -> Score:
        """What is known of a customer as it is answered; without a language no reasons are told."""
        status, as_of_seconds, cautions, key, vector, spend_cents, value, risk = judgement
        amounts = None if value is None else value.amounts
        return Score(
            subject.customer_id,
            status,
            as_of_seconds,
            cautions,
            stage=None if standing is None else standing[0].word,
            lifecycle_status=None if standing is None else standing[1].word,
            probability=None if risk is None else risk.probability,
            interval=None if risk is None else risk.interval,
            percentile=None if risk is None else risk.percentile,
            band=None if risk is None else band(risk.percentile),
            base=None if risk is None else self.base,
            spend_cents=spend_cents,
            at_risk_cents=None if risk is None else self._at_risk_cents(risk.probability, amounts),
            value=amounts,
            next_order=None if risk is None else risk.next_order,
            explanation=self._why(judgement, language),
            value_explanation=self._why_valued(judgement, language),
            segment=self._segment(key, language),
            best_action=best_action,
            vector_digest="" if vector is None else digest_of_vector(vector),
        )

    def _standings(
        self, subjects: Sequence[Subject], judgements: Sequence[Judgement]
    ) -> list[Standing | None]:
        """As the night found it, or where newer events are counted by the behaviour they are part of."""
        found = [self.snapshot.standing(one.key) if one.key >= 0 else None for one in judgements]
        newer: dict[int, CustomerNow] = {}
        for row, (subject, one) in enumerate(zip(subjects, judgements, strict=True)):
            is_newer = subject.fresh and subject.vector is None
            if not is_newer or found[row] is None or one.vector is None:
                continue
            assert one.as_of_seconds is not None
            risk = math.nan if one.risk is None else one.risk.probability
            newer[row] = CustomerNow(one.key, one.vector, one.as_of_seconds, risk)
        if self._live_standing is not None:
            for row, standing in zip(newer, self._live_standing.of([*newer.values()]), strict=True):
                found[row] = standing
        return found

    def _why(self, judgement: Judgement, language: Language | None) -> Explanation | None:
        risk, vector = judgement.risk, judgement.vector
        if language is None or risk is None or vector is None:
            return None
        return explain_one(
            risk.probability,
            risk.points,
            risk.leading,
            vector.tolist(),
            base=self.base,
            wording=self.wording.in_language(language),
        )

    def _why_valued(
        self, judgement: Judgement, language: Language | None
    ) -> ValueExplanation | None:
        value, vector = judgement.value, judgement.vector
        if language is None or value is None or vector is None:
            return None
        return explain_value(value.shares, vector, self.value_wording.in_language(language))

    def _segment(self, key: int, language: Language | None) -> CustomerSegment | None:
        if key < 0:
            return None
        segment = self.snapshot.segment_of(key, self.wording.currency, language or ENGLISH)
        if segment is None or language is not None:
            return segment
        return replace(segment, reasons=(), other_share=segment.lead)

    def _best_actions(
        self,
        subjects: Sequence[Subject],
        judgements: Sequence[Judgement],
        standings: Sequence[Standing | None],
    ) -> list[BestAction | None]:
        """What is best to do, by the risk and the money that are answered; None where one of them is not told."""
        snapshot, found = self.snapshot, list[BestAction | None]()
        open_cases: dict[int, ContactCase] = {}
        for row, (subject, judgement) in enumerate(zip(subjects, judgements, strict=True)):
            case = self._contact_case(judgement, standings[row])
            if case is not None and self._judge.is_known(subject):
                place = int(snapshot.places[judgement.key])
                best, gain = int(snapshot.best_action[place]), int(snapshot.net_gain_cents[place])
                found.append(case.with_action(snapshot.actions, best, gain))
                continue
            found.append(None)
            if case is not None:
                open_cases[row] = case
        answers = best_actions_for(snapshot.actions, [*open_cases.values()])
        for row, answer in zip(open_cases, answers, strict=True):
            found[row] = answer
        return found

    def _contact_case(self, judgement: Judgement, standing: Standing | None) -> ContactCase | None:
        snapshot, risk, money = self.snapshot, judgement.risk, self._retained_cents(judgement)
        if risk is None or standing is None or money is None or not snapshot.acts:
            return None
        has_refused = bool(snapshot.has_refused_contact[judgement.key])
        return ContactCase(standing[1], risk.probability, max(money, 0), has_refused)

    def _retained_cents(self, judgement: Judgement) -> int | None:
        """What a customer brings if kept; spend stands in for it only where no scores tell a value, never for one customer."""
        if not self.snapshot.value_days:
            return judgement.spend_cents
        value = judgement.value
        return None if value is None else value.amounts["if_kept_cents"]

    def _at_risk_cents(self, risk: float, amounts: Mapping[str, int] | None) -> int | None:
        """Risk times value if kept; nothing is at risk where the question is not who leaves."""
        if amounts is None or not self.bundle.question.means_leaving:
            return None
        return round(risk * amounts["if_kept_cents"])
