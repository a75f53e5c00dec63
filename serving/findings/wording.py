"""What a look has found, in the sentences of a language: what it is, since when, and what is to be done."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from serving.findings.findings import Finding, Look
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language

WrittenDay = Callable[[str], str]
"""How a day is written: a command leaves it as 2026-06-19, a page writes it as its language does."""

_FEEDS = {
    "stopped": phrase("{about} stopped: no row in the last seven days, before {before} a week."),
    "fell": phrase("{about} fell: {now} rows in the last seven days, before {before} a week."),
    "rose": phrase("{about} rose: {now} rows in the last seven days, before {before} a week."),
    "emptied": phrase(
        "{about} comes empty: in {now}% of the rows of the last seven days, before in {before}%."
    ),
    "late": phrase(
        "{about} is late: its newest row is {now} days old, and it was never silent for more than {before}."
    ),
}
_LOST = {
    "file": phrase("The file {part} of {table} shrank: {before} rows at the last look, now {now}."),
    "month": phrase(
        "The month {part} of {table} shrank: {before} rows at the last look, now {now}."
    ),
    "table": phrase("The table {table} shrank: {before} rows at the last look, now {now}."),
}
_GONE = {
    "file": phrase("The file {part} of {table} is gone: {before} rows at the last look, now 0."),
    "month": phrase("The month {part} of {table} is gone: {before} rows at the last look, now 0."),
    "table": phrase("The table {table} is gone: {before} rows at the last look, now 0."),
}
_BRING = phrase(
    "Ask whoever delivers it whether everything came; bring what is lacking, then run “regulars ingest”. What your "
    "company ended itself needs nothing: after some weeks it is no news."
)
_TO_DO = {
    "stopped": _BRING,
    "fell": _BRING,
    "late": _BRING,
    "rose": phrase(
        "Look whether rows came twice; mend the file, then run “regulars ingest”. A campaign of your own needs nothing."
    ),
    "emptied": phrase(
        "Look whether the column was renamed or is filled no more where it comes from; mend that or its line in "
        "regulars.toml, then run “regulars ingest”."
    ),
    "shrank": phrase(
        "Put back what is lacking, then run “regulars ingest”. What was deleted on purpose needs nothing."
    ),
    "input": phrase(
        "Find out whether a unit, a meaning or a source of the tables has changed, and mend that. Where it is the "
        "customers who changed, train anew: “regulars train churn”."
    ),
    "scores": phrase(
        "Look first at the inputs that moved and mend those. Where it is the customers who changed, train anew: "
        "“regulars train churn”."
    ),
}


def sentence(found: Finding, language: Language = ENGLISH) -> str:
    """What was found, in one sentence."""
    if found.kind in _FEEDS:
        now, before = (_figure(found.figures[one], language) for one in ("now", "before"))
        return language.say(_FEEDS[found.kind]).format(about=found.about, now=now, before=before)
    if found.kind == "shrank":
        return _lost(found.figures, language)
    return _moved(found, language)


def to_do(kind: str, language: Language = ENGLISH) -> str:
    """What to do about a finding of a kind."""
    return language.say(_TO_DO[kind])


def headline(look: Look, language: Language = ENGLISH, day: WrittenDay = str) -> str:
    """How much a look found, of which week."""
    count = len(look["alarms"])
    said = (
        language.plural("1 thing to look at", "{count} things to look at", count)
        if count
        else language.say("Nothing is out of the ordinary")
    )
    week = language.say("{found} in the week before {day}")
    return week.format(found=said.format(count=language.count(count)), day=day(str(look["end"])))


def calendar_day(day: str, language: Language) -> str:
    """A day of the calendar as a language writes it; what is no day stays as it is.

    >>> calendar_day("2026-06-19", ENGLISH)
    '19 Jun 2026'
    """
    try:
        return language.date(date.fromisoformat(day))
    except ValueError:
        return day


def quality_sentences(look: Look, language: Language = ENGLISH, day: WrittenDay = str) -> list[str]:
    """How good the model is, as realised and as estimated, or that it cannot be said."""
    cannot = language.say(CANNOT_ESTIMATE) if look.get("cannot_estimate") else ""
    said = (realised_sentence(look, language, day), cannot, estimated_sentence(look, language))
    return list(filter(None, said))


def realised_sentence(look: Look, language: Language = ENGLISH, day: WrittenDay = str) -> str:
    """What came of the latest day whose outcomes are known, beside what was expected; empty where there is none."""
    if not look.get("realised"):
        return ""
    one = look["realised"][0]
    left_out = ""
    if one["treated"]:
        words = language.say(", {count} treated ones left out")
        left_out = words.format(count=language.count(one["treated"]))
    told = language.say(
        "As of {day} {came} of {count} customers{left_out}; expected were {expected}."
    )
    return told.format(
        day=day(one["as_of"]),
        came=_quality(one, language),
        count=language.count(one["customers"]),
        left_out=left_out,
        expected=_quality(one["estimated"], language),
    )


def estimated_sentence(look: Look, language: Language = ENGLISH) -> str:
    """How good the model is by its own risks; empty where that cannot be estimated."""
    if not look.get("estimated"):
        return ""
    told = language.say("Now estimated before anybody knows: {expected}.")
    return told.format(expected=_quality(look["estimated"], language))


NO_SEASON = phrase(
    "No season is known yet, for that takes 61 weeks of data: what happens every year alarms as well."
)
CANNOT_ESTIMATE = phrase(
    "How good the model is now cannot be estimated: what is known of the latest days is too little, or does not bear "
    "its risks out. “regulars monitor” says why."
)


def _quality(one: Mapping[str, Any], language: Language) -> str:
    """Share, AUC and share of the riskiest tenth in words."""
    share, of_list = (_share(one[name], language) for name in ("share", "share_of_list"))
    figure = "" if one["auc"] is None else language.written(f"{one['auc']:.3f}")
    auc = f"AUC {figure}" if figure else language.say("no AUC")
    told = language.say("{share}, of the riskiest tenth {of_list}, {auc}")
    return told.format(share=share, of_list=of_list, auc=auc)


def _share(share: float | None, language: Language) -> str:
    if share is None:
        return language.say("nobody")
    return language.say("{percent}%").format(percent=language.written(f"{100 * share:.1f}"))


def _lost(figures: Mapping[str, Any], language: Language) -> str:
    before, now = figures["before"], figures["now"]
    words = (_LOST if now else _GONE)[figures["of"]]
    return language.say(words).format(
        part=figures["part"],
        table=figures["table"],
        before=language.count(before),
        now=language.count(now),
    )


def _moved(found: Finding, language: Language) -> str:
    figures = found.figures
    how = language.say("{moved} (stability index {index}; {no_news} would be no news).").format(
        moved=_how(figures, language),
        index=language.written(f"{figures['index']:.2f}"),
        no_news=language.written(f"{figures['no_news']:.2f}"),
    )
    if found.kind == "scores":
        return language.say("The risks are not what they were: {how}").format(how=how)
    said = language.say("{name} is not what it was: {how}").format(name=found.about, how=how)
    if language.code == ENGLISH.code:
        # What features mean is written in English alone.
        said += f" It says: {figures['meaning']}."
    if beside := figures["beside"]:
        more = language.plural(
            "Nor is 1 more of “{group}”.", "Nor are {count} more of “{group}”.", beside
        )
        title = language.say(figures["title"], "reason")
        said += " " + more.format(count=language.count(beside), group=title)
    return said


def _how(figures: Mapping[str, Any], language: Language) -> str:
    missing = figures["missing_now"], figures["missing_before"]
    medians = figures["median_now"], figures["median_before"]
    if abs(missing[0] - missing[1]) >= 0.1:
        now, before = (language.written(f"{100 * one:.0f}") for one in missing)
        return language.say("missing for {now}% of customers, before for {before}%").format(
            now=now, before=before
        )
    if None in medians or math.isclose(*medians):
        return language.say("the values are spread otherwise around the same middle")
    now, before = (_figure(one, language) for one in medians)
    return language.say("half of the customers lie below {now}, before below {before}").format(
        now=now, before=before
    )


def _figure(value: float, language: Language) -> str:
    whole = abs(value) >= 10 or value == int(value)
    return language.written(f"{value:,.0f}" if whole else f"{value:.2g}")
