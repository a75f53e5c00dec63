"""Whether the scores in use can be trusted, in words and figures that the training measured on customers the model had not seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from features.declarations.feature import ReasonGroup
from serving.findings.findings import Findings
from serving.findings.wording import calendar_day, quality_sentences
from serving.in_use.models_in_use import InUse
from serving.pages.figures import day_of_test, percent, signed
from serving.pages.level_view import level_range, level_sections
from serving.pages.list_sentences import JUST_AS_EXPECTED
from serving.pages.quality.contexts import KindLine, KindSection, QualityPage, RuleLine, VerdictLine
from training.measures.intervals import share_interval
from training.measures.levels import HeldLevels
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.language import Language

QUALITY_PAGE = "/quality"
# By the words that trainings write into their bundles.
_GRADES = {
    "Very good": (phrase("Very good"), "good"),
    "Good": (phrase("Good"), "good"),
    "Slight gain": (phrase("Slightly better than a simple rule"), "fair"),
    "No gain": (phrase("No better than a simple rule"), "poor"),
}
_RULES = {
    "recency rule": phrase("Whoever is silent longest first"),
    "frequency rule": phrase("Whoever orders least often first"),
    "BG/NBD": phrase("BG/NBD, the textbook model of repeat buying"),
    "base rate": phrase("A list by lot"),
}
_KINDS = {"stage": phrase("Stage"), "status": phrase("Status"), "segment": phrase("Segment")}
_WRONG = "wrong"
"""The verdict of whoever says that a reason is not true."""


def quality_page(
    in_use: InUse,
    company: str,
    findings: Findings | None,
    verdicts: Mapping[str, Mapping[str, int]],
) -> QualityPage:
    """The page; ``verdicts`` count what people said of reasons, by reason group and verdict."""
    manifest, language = in_use.scorer.bundle.manifest, in_use.wording.language
    evaluated, metrics = manifest.evaluation, manifest.metrics
    word = evaluated.get("grade", {}).get("word")
    title, tone = _GRADES.get(word, ("", "fair"))
    rules, tested = _rules(metrics, language)
    return QualityPage(
        company=company,
        grade=language.say(title) if title else "",
        tone=tone,
        sentences=list(_sentences(in_use, language)),
        rules=rules,
        rules_tested=tested,
        levels=level_sections(in_use),
        kinds=_kinds(evaluated.get("slices", ()), language),
        past=_past(findings, language),
        verdicts=_verdicts(in_use, verdicts, language),
        model=_model(in_use, language),
        limits=list(_limits(evaluated, metrics, language)),
    )


def _sentences(in_use: InUse, language: Language) -> Iterator[str]:
    """What the grade rests on: who was found, how often pairs are in order, whether percentages hold, how steady reasons are."""
    manifest = in_use.scorer.bundle.manifest
    evaluated, act = (
        manifest.evaluation,
        language.phrased(in_use.snapshot.manifest["act"], "question"),
    )
    campaign = evaluated.get("campaign")
    if campaign:
        said = language.say(
            "Of the {size} customers most expected to {act}, {found} did ({between}); of as many drawn by lot it would have been {chance}."
        )
        found = campaign["found"]
        yield said.format(
            size=language.count(campaign["size"]),
            act=act,
            found=language.count(round(found["mean"])),
            between=_between(round(found["low"]), round(found["high"]), 0, language),
            chance=language.count(round(campaign["by_chance"])),
        )
    yield from _level_sentences(in_use, act, language)
    stability = evaluated.get("trust", {}).get("stability")
    if stability:
        said = language.say(
            "Learned anew from other customers alike, it names the same first reason for {share} of a hundred customers."
        )
        yield said.format(share=language.count(round(100 * stability["first"])))


def _level_sentences(in_use: InUse, act: str, language: Language) -> Iterator[str]:
    """Whether a percentage can be taken at its word, by the latest test; and how far the level may be off next time."""
    manifest = in_use.scorer.bundle.manifest
    held = HeldLevels.from_dict(manifest.metrics.get("by_cutoff", {}))
    if not held.levels:
        return
    latest = held.latest
    said = (
        language.say(
            "Its percentages can be reckoned with: at the latest test, {day}, {came} did for each one expected to {act}."
        )
        if manifest.evaluation.get("grade", {}).get("is_calibrated")
        else language.say(
            "Rank by its percentages and do not reckon with them: at the latest test, {day}, {came} did for each one expected to {act}."
        )
    )
    came = language.written(f"{latest.observed_over_expected:.2f}")
    yield said.format(day=day_of_test(latest.test, language), came=came, act=act)
    low, high = level_range(in_use)
    if (low, high) != JUST_AS_EXPECTED:
        said = language.say(
            "By how far past tests were off, of a hundred expected to {act} it will be {low} to {high}, 19 times in 20."
        )
        yield said.format(
            act=act, low=language.count(round(100 * low)), high=language.count(round(100 * high))
        )


def _rules(metrics: Mapping[str, Any], language: Language) -> tuple[list[RuleLine], str]:
    """The rules it is held against, and when: of 100 pairs of one who did and one who did not so many more in the right order."""
    leads = {name: one for name, one in metrics.get("leads", {}).items() if name in _RULES}
    if not leads:
        return [], ""
    reach = max(0.01, *(abs(one[end]) for one in leads.values() for end in ("auc_low", "auc_high")))
    lines = [
        RuleLine(
            name=language.say(_RULES[name]),
            more=_pairs(one["auc"], language, sign=True),
            between=_between(100 * one["auc_low"], 100 * one["auc_high"], 1, language),
            start=f"{50 + 50 * one['auc_low'] / reach:.2f}%",
            width=f"{50 * (one['auc_high'] - one['auc_low']) / reach:.2f}%",
        )
        for name, one in sorted(leads.items(), key=lambda told: told[1]["auc"])
    ]
    reserved = metrics.get("at_reserved", {}).get("test")
    if reserved is None:
        return lines, language.say("Tested on customers it had not learned from.")
    said = language.say(
        "Tested as of {day}: nothing of it was known to the model, and nothing was chosen by it."
    )
    return lines, said.format(day=day_of_test(reserved, language))


def _kinds(slices: Sequence[Mapping[str, Any]], language: Language) -> list[KindSection]:
    """How well it does by stage, status and segment, over all tests together."""
    found: dict[str, list[KindLine]] = {}
    for one in slices:
        if one["kind"] not in _KINDS:
            continue
        is_told = one["auc"] is not None
        came = one["observed_over_expected"]
        found.setdefault(one["kind"], []).append(
            KindLine(
                name=one["name"]
                if one["kind"] == "segment"
                else language.say(one["name"], "stage"),
                customers=language.count(one["customers"]),
                rate=percent(one["base_rate"], language),
                pairs=_pairs(one["auc"], language) if is_told else "–",
                between=_between(100 * one["auc_low"], 100 * one["auc_high"], 0, language)
                if is_told
                else "",
                came="–" if came is None else language.written(f"{came:.2f}"),
            )
        )
    return [KindSection(language.say(_KINDS[kind]), lines) for kind, lines in found.items()]


def _past(findings: Findings | None, language: Language) -> list[str]:
    if findings is None:
        return []
    return quality_sentences(
        findings.look, language, lambda day: calendar_day(day, language=language)
    )


def _verdicts(
    in_use: InUse, verdicts: Mapping[str, Mapping[str, int]], language: Language
) -> list[VerdictLine]:
    """Of each kind of reason how often it was called wrong, most often first."""
    titles = {
        one["name"]: language.title(ReasonGroup(**one))
        for one in in_use.snapshot.manifest["groups"]
    }
    found = []
    for group, counts in verdicts.items():
        given, wrong = sum(counts.values()), counts.get(_WRONG, 0)
        low, high = share_interval(wrong, given)
        line = VerdictLine(
            reason=titles.get(group, group),
            verdicts=language.count(given),
            wrong=percent(wrong / given, language),
            between=_between(100 * low, 100 * high, 0, language),
        )
        found.append((wrong / given, line))
    return [line for _, line in sorted(found, key=lambda one: -one[0])]


def _model(in_use: InUse, language: Language) -> str:
    manifest = in_use.scorer.bundle.manifest
    said = language.say("{model}, version {version}, learned from what was known before {day}.")
    day = day_of_test(manifest.data_cut[:10], language)
    return said.format(model=manifest.title, version=manifest.version, day=day)


def _limits(
    evaluated: Mapping[str, Any], metrics: Mapping[str, Any], language: Language
) -> Iterator[str]:
    """What the figures do not say."""
    by_cutoff = metrics.get("by_cutoff", {})
    if by_cutoff and not any(one.get("season_seen") for one in by_cutoff.values()):
        yield language.say(
            "One year of data: no season was seen twice, and the level may be off where the next one is another."
        )
    if evaluated.get("leaks", {}).get("suspected"):
        yield language.say(
            "Some columns tell suspiciously much of what came of customers; the model card names them."
        )
    yield language.say(
        "A reason says what the model went by, not what made a customer act; only customers held out by lot tell what a contact changes."
    )


def _pairs(auc: float, language: Language, *, sign: bool = False) -> str:
    return signed(100 * auc, language) if sign else language.written(f"{100 * auc:.0f}")


def _between(low: float, high: float, decimals: int, language: Language) -> str:
    ends = (language.written(f"{one:,.{decimals}f}").replace("-", "−") for one in (low, high))
    return language.say("{low} to {high}").format(**dict(zip(("low", "high"), ends, strict=True)))
