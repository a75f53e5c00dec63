"""What the nightly run found of one customer at a time, without arrays: the shortest way from an id to an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from features.vocabulary.time import Cutoff
from serving.scores.next_order import next_orders
from serving.scores.score import ScoredRow, Status, band
from training.families.value.reasons.explanation import explain_value
from training.reasons.explanation import Explanation, explain_one
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language

if TYPE_CHECKING:
    from serving.scores.scoring import Scorer
    from serving.scores.subject import Asked

_UNSAID = (Status.UNKNOWN_ID, Status.NO_CONSENT)


def stored_answers(
    scorer: Scorer, asked: Sequence[Asked], language: Language | None
) -> list[ScoredRow]:
    """One answer a row by what is stored; the same as the model would give, which the nightly run has asked.

    Every row must ask by id alone, and the scores must be those of the scorer's model.
    """
    return [_answer(scorer, one, language) for one in asked]


def _answer(scorer: Scorer, asked: Asked, language: Language | None) -> ScoredRow:
    snapshot, name = scorer.snapshot, asked.customer_id
    key = snapshot.find(name)
    if name in snapshot.withheld.objected:
        return ScoredRow(name, Status.NO_CONSENT, snapshot.cutoff_seconds, asked.cautions)
    if key < 0:
        return ScoredRow(name, Status.UNKNOWN_ID, snapshot.cutoff_seconds, asked.cautions)
    status = Status(int(snapshot.status[key]))
    row = int(snapshot.vector_rows[key])
    standing = snapshot.standing(key)
    found = snapshot.valued(key)
    is_said = status not in _UNSAID and row >= 0
    answer = ScoredRow(
        name,
        status,
        snapshot.cutoff_seconds,
        asked.cautions,
        None if standing is None else standing[0].word,
        None if standing is None else standing[1].word,
        spend_cents=None if found is None else int(snapshot.spend_cents[key]),
        worth=None if found is None else found.worth,
        vector_digest=scorer.digest_of(row) if is_said else "",
    )
    values = scorer.values[row] if row >= 0 else None
    if found is not None and language is not None and values is not None:
        words = scorer.value_wording.in_language(language)
        answer = answer._replace(value_explanation=explain_value(found.shares, values, words))
    belonging = snapshot.belonging(key, scorer.wording.currency, language or ENGLISH)
    if belonging is not None:
        if language is None:
            belonging = replace(belonging, reasons=(), other_share=belonging.lead)
        answer = answer._replace(belonging=belonging)
    return _judged(scorer, answer, key, row, language) if status == Status.OK else answer


def _judged(
    scorer: Scorer, answer: ScoredRow, key: int, row: int, language: Language | None
) -> ScoredRow:
    snapshot, place = scorer.snapshot, int(scorer.places[key])
    ranking = snapshot.ranking
    risk, percentile = float(ranking.probability[place]), float(ranking.percentile[place])
    cutoff, values = Cutoff(snapshot.cutoff_seconds), scorer.values[row : row + 1]
    order = None
    if scorer.bundle.hazard is not None:
        order = next_orders(scorer.bundle, values, cutoff)[0]
    return answer._replace(
        probability=risk,
        interval=(float(scorer.low[place]), float(scorer.high[place])),
        percentile=percentile,
        band=band(percentile),
        base=scorer.base,
        spend_cents=int(snapshot.spend_cents[key]),
        at_risk_cents=scorer.at_risk_cents(risk, answer.worth),
        next_order=order,
        explanation=_why(scorer, risk, row, place, language),
    )


def _why(
    scorer: Scorer, risk: float, row: int, place: int, language: Language | None
) -> Explanation | None:
    if language is None:
        return None
    ranking = scorer.snapshot.ranking
    return explain_one(
        risk,
        ranking.points[place].tolist(),
        ranking.leading[place].tolist(),
        scorer.values[row].tolist(),
        base=scorer.base,
        wording=scorer.wording.in_language(language),
    )
