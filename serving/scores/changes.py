"""What changed: why a customer's risk is another than on an earlier day, and what happened in between.

Both days are judged by the model in use, so that the change is the customer's and not the model's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from serving.process.waiter import look_up
from serving.scores.earlier_vector import Past
from serving.scores.score import Status
from serving.scores.scoring import Scorer
from training.reasons.changes import change_points, shown_groups
from training.reasons.happenings import Happening, happenings
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.language import Language
from training.reasons.moved_facts import MovedFact, moved_facts
from training.reasons.points import add_up
from training.reasons.wording import Wording

_OVERDUE = "days_since_order"
# An order before a long silence belongs to the rhythm that raised the risk, but did not raise it.
_NEVER_RAISES = frozenset({"order", "visit", "open", "click", "offer_accepted", "contract_begun"})
_NEVER_LOWERS = frozenset({"complaint", "return", "contract_cancelled"})
_BESIDE = phrase("The same facts as then; beside those that moved they count differently")


@dataclass(frozen=True)
class ChangeReason:
    """One reason group whose part in the risk moved: by how much, and its leading fact then and now."""

    group: str
    title: str
    points: float
    shown_points: float
    fact: MovedFact | None
    """None where no fact that moved it reads otherwise than then."""
    text: str
    happened: tuple[Happening, ...]


@dataclass(frozen=True)
class ChangeAnswer:
    """How one customer's risk moved; without a risk on either day the statuses say why.

    ``shown_`` figures are percentages with one decimal: before + reasons + other = now.
    """

    customer_id: str
    status: Status
    status_before: Status
    before: float | None = None
    now: float | None = None
    headline: str = ""
    reasons: tuple[ChangeReason, ...] = ()
    other_points: float = 0.0
    shown_before: float = 0.0
    shown_now: float = 0.0
    shown_other: float = 0.0
    happened: tuple[Happening, ...] = ()

    @property
    def points(self) -> float:
        """The whole change in percentage points."""
        return 0.0 if self.before is None or self.now is None else 100 * (self.now - self.before)


class Changes:
    """Compares customers of one set of scores with themselves on an earlier day."""

    def __init__(self, scorer: Scorer, past: Past) -> None:
        self._scorer = scorer
        self._past = past

    def since(self, customer_id: str, earlier_seconds: int, language: Language) -> ChangeAnswer:
        """How one customer's risk moved between an earlier instant and the present vectors."""
        look_up()
        scorer, snapshot = self._scorer, self._scorer.snapshot
        now = scorer.score_ids([customer_id], with_reasons=False)[0]
        if now.status != Status.OK:
            return ChangeAnswer(customer_id, now.status, now.status)
        key = snapshot.find(customer_id)
        if not self._past.was_known(key, earlier_seconds):
            return ChangeAnswer(
                customer_id, now.status, Status.INSUFFICIENT_DATA, now=now.probability
            )
        instants = (earlier_seconds, snapshot.cutoff_seconds)
        rows = np.vstack([self._past.vector(customer_id, one) for one in instants])
        if not scorer.bundle.eligible(rows)[0]:
            return ChangeAnswer(customer_id, now.status, Status.NOT_ELIGIBLE, now=now.probability)
        happened = happenings(self._past.pack, key, *instants)
        return self._compared(customer_id, rows, earlier_seconds, happened, language)

    def _compared(
        self,
        customer_id: str,
        rows: NDArray[np.float32],
        earlier_seconds: int,
        happened: tuple[Happening, ...],
        language: Language,
    ) -> ChangeAnswer:
        bundle, wording = self._scorer.bundle, self._scorer.wording.in_language(language)
        by_feature = bundle.feature_contributions(rows)
        grouped = bundle.grouped(by_feature)
        change = change_points(grouped[:1], grouped[1:], bundle.base_log_odds, bundle.probability)
        points = change.by_group[0]
        shown = shown_groups(points)
        before, now = float(change.before[0]), float(change.after[0])
        other = math.fsum(points) - math.fsum(points[shown])
        assert abs(100 * (now - before) - math.fsum(points)) < 1e-4, "changes must add up"
        first, last = round(100 * before, 1), round(100 * now, 1)
        rounded = add_up(last - first, [*points[shown].tolist(), other])
        moved = by_feature[1] - by_feature[0]
        names = [wording.groups[group].name for group in shown]
        speaks_for = {one.kind: _first_of(one.groups, names) for one in happened}
        reasons = tuple(
            self._reason(
                int(group),
                float(points[group]),
                tenths,
                rows,
                moved,
                tuple(
                    one for one in happened if speaks_for[one.kind] == wording.groups[group].name
                ),
                wording,
            )
            for group, tenths in zip(shown, rounded, strict=False)
        )
        return ChangeAnswer(
            customer_id=customer_id,
            status=Status.OK,
            status_before=Status.OK,
            before=before,
            now=now,
            headline=_headline(last - first, earlier_seconds, reasons, happened, rows[1], wording),
            reasons=reasons,
            other_points=other,
            shown_before=first,
            shown_now=last,
            shown_other=rounded[-1],
            happened=happened,
        )

    def _reason(
        self,
        group: int,
        points: float,
        shown_points: float,
        rows: NDArray[np.float32],
        moved: NDArray[np.float64],
        happened: tuple[Happening, ...],
        wording: Wording,
    ) -> ChangeReason:
        """A group's part in the change, told by the fact that says most of it."""
        members = np.flatnonzero(wording.group_of == group)
        told = moved_facts(wording, members, -moved if points < 0 else moved, rows)
        return ChangeReason(
            group=wording.groups[group].name,
            title=wording.titles[group],
            points=points,
            shown_points=shown_points,
            fact=told[0] if told else None,
            text=told[0].text if told else _unmoved_sentence(members, moved, rows, wording),
            happened=happened,
        )


def _first_of(groups: Sequence[str], shown: Sequence[str]) -> str:
    """The group that moved most among some; empty where none of them is shown."""
    return next((one for one in shown if one in groups), "")


def _unmoved_sentence(
    members: NDArray[np.intp],
    moved: NDArray[np.float64],
    rows: NDArray[np.float32],
    wording: Wording,
) -> str:
    """What is said of a reason that no fact moved: that it stands beside other facts now."""
    read = members[moved[members] != 0].tolist()
    texts = [[wording.value_text(one, float(row[one])) for one in read] for row in rows]
    return wording.language.say(_BESIDE) if texts[0] == texts[1] else ""


def _headline(
    points: float,
    earlier_seconds: int,
    reasons: Sequence[ChangeReason],
    happened: Sequence[Happening],
    row: NDArray[np.float32],
    wording: Wording,
) -> str:
    """The change in one sentence, with the events of the reasons that moved it its way."""
    language = wording.language
    day = language.date(datetime.fromtimestamp(earlier_seconds, UTC).date())
    if abs(points) < 0.05:
        return language.say("Risk unchanged since {day}").format(day=day)
    signed = f"{'+' if points > 0 else '−'}{language.number(abs(round(points, 1)))}"
    is_rise = points > 0
    causes = [one for one in reasons if (one.points > 0) == is_rise][:2]
    odd = _NEVER_RAISES if is_rise else _NEVER_LOWERS
    told = [
        one.said(language.code) for cause in causes for one in cause.happened if one.kind not in odd
    ]
    is_silent = is_rise and not any(one.kind == "order" for one in happened)
    position = wording.position(_OVERDUE)
    if is_silent and position is not None and row[position] >= 1:
        days = wording.value_text(position, row[position])
        told.append(language.say("silent for {days}").format(days=language.declined(days)))
    headline = language.say("Risk {points} points since {day}").format(points=signed, day=day)
    return f"{headline}: {', '.join(told)}" if told else headline
