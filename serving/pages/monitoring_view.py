"""What the latest monitoring found, as a page and as the line that leads there."""

from __future__ import annotations

from functools import partial

from features.vocabulary.time import DAY_SECONDS
from serving.findings.findings import Findings
from serving.findings.wording import (
    NO_SEASON,
    WrittenDay,
    calendar_day,
    headline,
    quality_sentences,
    sentence,
    to_do,
)
from serving.pages.contexts import FindingLine, MonitoringPage
from training.reasons.languages.language import Language

MONITORING_PAGE = "/monitoring"


def monitoring_line(findings: Findings | None, language: Language) -> str:
    """What the latest look found, in a few words; empty where nobody has looked."""
    return "" if findings is None else headline(findings.look, language, _written(language))


def monitoring_page(
    findings: Findings | None, company: str, at: int, language: Language
) -> MonitoringPage:
    """The page; ``at`` is now."""
    if findings is None:
        said = language.say(
            "Nobody has looked yet. “regulars monitor” does, and so does every “regulars nightly”."
        )
        return MonitoringPage(company, said, "", [], [], "", "")
    lacking = language.say(
        "Not everything could be looked at: “regulars monitor” says what, and why."
    )
    day = _written(language)
    return MonitoringPage(
        company=company,
        sentence=f"{headline(findings.look, language, day)}.",
        looked=_looked(max(0, at - findings.looked_at_seconds), language),
        findings=[
            FindingLine(sentence(one, language), day(one.since), to_do(one.kind, language))
            for one in findings.found
        ],
        quality=quality_sentences(findings.look, language, day),
        lacking=lacking if findings.look.get("cannot") else "",
        season=language.say(NO_SEASON) if findings.look.get("knows_season") is False else "",
    )


def _looked(age_seconds: int, language: Language) -> str:
    """How long ago somebody looked."""
    days = age_seconds // DAY_SECONDS
    if days < 1:
        return language.say("Looked at within the last day.")
    said = language.plural("Looked at 1 day ago.", "Looked at {count} days ago.", days)
    return said.format(count=language.count(days))


def _written(language: Language) -> WrittenDay:
    return partial(calendar_day, language=language)
