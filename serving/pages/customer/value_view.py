"""Why a customer is expected to bring so much: the steps from the base to the value, in money that adds up."""

from __future__ import annotations

from collections.abc import Mapping

from serving.in_use.models_in_use import InUse
from serving.pages.customer.contexts import WaterfallStep
from serving.pages.customer.waterfall import bars
from training.families.value.reasons.explanation import (
    UNIT_CENTS,
    ValueExplanation,
    ValueReason,
    explain_value,
    shown_unit,
)
from training.families.value.reasons.words import value_words
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language

_ACTIONABLE = {"now": phrase("Can be acted on"), "indirect": "", "context": phrase("Background")}


def actionable(kind: str, language: Language) -> str:
    """Whether the business can act on a reason, in a few words; empty where it can do so in a roundabout way."""
    return language.say(_ACTIONABLE[kind]) if _ACTIONABLE[kind] else ""


def shown_value_explanation(in_use: InUse, key: int) -> ValueExplanation | None:
    """One customer's reasons in amounts as a page shows them; None where nothing is expected of them."""
    snapshot = in_use.snapshot
    found = snapshot.valued(key)
    if found is None:
        return None
    shares = found.shares
    values = in_use.values[int(snapshot.vector_rows[key])]
    unit = shown_unit(shares.expected_cents, shares.base_cents)
    wording = in_use.scorer.value_wording.in_language(in_use.wording.language)
    return explain_value(shares, values, wording, unit_cents=unit)


def value_steps(
    explanation: ValueExplanation, currency: str, language: Language = ENGLISH
) -> list[WaterfallStep]:
    """The way from the base to the value, step by step; a limit has a step of its own."""
    rest, words = explanation.other_cents, value_words(language)
    limits = [explanation.limit_cents] if explanation.limit_cents else []
    changes = [*(one.shown_cents for one in explanation.reasons), *limits, rest]
    drawn = [
        one.as_dict() for one in bars(explanation.base_cents, changes, explanation.expected_cents)
    ]
    amounts = _Amounts(explanation, currency, language)
    base = amounts.plain(explanation.base_cents)
    steps = [WaterfallStep("base", words.base, words.base_said, base, note="", **drawn[0])]
    for bar, reason in zip(drawn[1:], explanation.reasons, strict=False):
        steps.append(
            WaterfallStep(
                reason.direction,
                reason.title,
                reason.text,
                amounts.signed(reason.shown_cents),
                note=actionable(reason.actionable, language),
                detail=_detail(reason, amounts, words.through),
                **bar,
            )
        )
    if limits:
        shown = amounts.signed(explanation.limit_cents)
        step = ("lowers", words.limit, words.limit_said, shown)
        steps.append(WaterfallStep(*step, note="", **drawn[-3]))
    steps.append(
        WaterfallStep("other", words.other, "", amounts.signed(rest), note="", **drawn[-2])
    )
    total = amounts.plain(explanation.expected_cents)
    return [*steps, WaterfallStep("total", words.total, "", total, note="", **drawn[-1])]


def value_sum(explanation: ValueExplanation, currency: str, language: Language = ENGLISH) -> str:
    """The same sum in one line."""
    amounts = _Amounts(explanation, currency, language)
    parts = [one.shown_cents for one in explanation.reasons]
    parts += [one for one in (explanation.limit_cents,) if one]
    added = " ".join(amounts.added(one) for one in (*parts, explanation.other_cents))
    return f"{amounts.plain(explanation.base_cents)} {added} = " + amounts.plain(
        explanation.expected_cents
    )


def _detail(reason: ValueReason, amounts: _Amounts, through: Mapping[str, str]) -> str:
    """Through which parts of the model a reason comes, where it keeps them apart throughout."""
    if set(reason.parts) != set(through):
        return ""
    told = [(through[part], cents) for part, cents in reason.parts.items() if cents]
    return ", ".join(f"{amounts.signed(cents)} {way}" for way, cents in told)


class _Amounts:
    """Amounts of one explanation, all with cents or all without."""

    def __init__(self, explanation: ValueExplanation, currency: str, language: Language) -> None:
        self._currency, self._language = currency, language
        every = [explanation.expected_cents, explanation.base_cents, explanation.other_cents]
        every += [one.shown_cents for one in explanation.reasons]
        self._places = 0 if all(one % UNIT_CENTS == 0 for one in every) else 2

    def plain(self, cents: int) -> str:
        return self._language.money(cents, self._currency, self._places)

    def signed(self, cents: int) -> str:
        return f"{'+' if cents > 0 else ''}{self.plain(cents)}"

    def added(self, cents: int) -> str:
        return f"{'−' if cents < 0 else '+'} {self.plain(abs(cents))}"
