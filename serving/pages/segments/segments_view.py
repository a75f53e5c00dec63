"""Who the customers are: the ladder of stages, the way they are going, and their habits, each with what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.stages import LifecycleStatus, Stage
from serving.in_use.models_in_use import InUse
from serving.pages.churn_list import sorts
from serving.pages.figures import instant, percent, whole_money, width_of
from serving.pages.list_query import ListQuery
from serving.pages.segments.contexts import GroupLine, GroupSection, SegmentsPage
from serving.pages.segments.groups import GroupSums, SnapshotGroups, telling_habits
from serving.snapshot.reading import Snapshot
from training.families.segments.membership import MOST_FOR
from training.families.segments.words import habit_said
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.language import Language

SEGMENTS_PAGE = "/segments"
_VALUE = phrase("Expected value")


class _Group(NamedTuple):
    """One group as it is named, filtered by and told of."""

    name: str
    query: ListQuery | None
    habits: str = ""


def segments_page(in_use: InUse, company: str, currency: str) -> SegmentsPage:
    """The page; nothing of a single customer stands on it."""
    snapshot, language = in_use.snapshot, in_use.wording.language
    groups = SnapshotGroups(snapshot)
    sections = [
        _section(
            groups,
            language.say("Stages"),
            language.say(
                "How far customers have come, from never having bought to buying all they can and bringing others."
            ),
            snapshot.stage,
            [_stage(one, language) for one in Stage],
            currency,
            in_use,
        ),
        _section(
            groups,
            language.say("Statuses"),
            language.say("Which way customers are going, by their own rhythm."),
            snapshot.lifecycle_status,
            [
                _Group(language.say(one.title, "stage"), ListQuery(status=one.word))
                for one in LifecycleStatus
            ],
            currency,
            in_use,
        ),
    ]
    if snapshot.manifest["segments"] is not None:
        sections.append(_segments(groups, in_use, currency))
    return SegmentsPage(
        company=company,
        as_of=instant(snapshot.cutoff_seconds, language),
        act=language.phrased(snapshot.manifest["act"], "question"),
        at_risk_title=sorts(snapshot, language)["at_risk"] if snapshot.money_basis else "",
        value_title=language.say(_VALUE) if snapshot.value_days else "",
        sections=sections,
    )


def _stage(stage: Stage, language: Language) -> _Group:
    """Nobody is judged who has not bought."""
    query = ListQuery(stage=stage.word) if stage >= Stage.FIRST_TIME else None
    return _Group(language.say(stage.title, "stage"), query)


def _segments(groups: SnapshotGroups, in_use: InUse, currency: str) -> GroupSection:
    """The segments by their habits, in the order of their numbers."""
    snapshot, language = in_use.snapshot, in_use.wording.language
    said = snapshot.manifest["segments"]
    numbers = sorted(int(one) for one in said["names"])
    segment = snapshot.membership.segment
    codes = np.full(len(segment), -1, np.int64)
    found = []
    for place, number in enumerate(numbers):
        is_in = segment == number
        codes[is_in] = place
        reasons = snapshot.membership.habits[is_in, :MOST_FOR]
        habits = telling_habits(reasons, len(said["habits"]))
        words = [
            habit_said(said["habits"][one]["much" if is_much else "little"], language)
            for one, is_much in habits
        ]
        found.append(
            _Group(said["names"][str(number)], ListQuery(segment=str(number)), ", ".join(words))
        )
    return _section(
        groups,
        language.say("Segments"),
        language.say(
            "Customers of like habits; the words say what most of them have in common that their next neighbours have not."
        ),
        codes,
        found,
        currency,
        in_use,
    )


def _section(
    groups: SnapshotGroups,
    title: str,
    said: str,
    codes: NDArray[np.integer],
    named: Sequence[_Group],
    currency: str,
    in_use: InUse,
) -> GroupSection:
    sums = groups.sums(codes, len(named))
    lines = [
        _line(in_use, one, sums, place, groups.customers, currency)
        for place, one in enumerate(named)
        if sums.customers[place]
    ]
    return GroupSection(title, said, lines)


def _line(
    in_use: InUse, group: _Group, sums: GroupSums, place: int, whole: int, currency: str
) -> GroupLine:
    snapshot: Snapshot = in_use.snapshot
    language = in_use.wording.language
    customers, judged = int(sums.customers[place]), int(sums.judged[place])
    share = customers / whole
    expected = float(sums.expected[place])
    return GroupLine(
        name=group.name,
        link=group.query.link() if group.query is not None and judged else "",
        habits=group.habits,
        customers=language.count(customers),
        share=percent(share, language),
        width=width_of(share),
        expected=language.count(round(expected)) if judged else "–",
        rate=percent(expected / judged, language) if judged else "",
        at_risk=whole_money(round(float(sums.at_risk_cents[place])), currency, language)
        if snapshot.money_basis and judged
        else "",
        value=whole_money(round(float(sums.value_cents[place])), currency, language)
        if snapshot.value_days
        else "",
    )
