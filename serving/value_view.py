"""Why a customer is expected to bring so much: the steps from the base to the value, in money that adds up."""

from __future__ import annotations

from serving.desk import InUse
from serving.page_contexts import WaterfallStep
from serving.waterfall import bars
from training.reasons.quantities import money
from training.value.contributions import AMOUNT, CHANCE
from training.value.explanation import (
    UNIT_CENTS,
    ValueExplanation,
    ValueReason,
    explain_value,
    shown_unit,
)

ACTIONABLE = {"now": "Can be acted on", "indirect": "", "context": "Background"}
_THROUGH = {
    CHANCE: "through the chance of buying at all",
    AMOUNT: "through how much if they buy",
}


def worth_explanation(in_use: InUse, key: int) -> ValueExplanation | None:
    """One customer's reasons in amounts as a page shows them; None where nothing is expected of them."""
    snapshot = in_use.snapshot
    shares = snapshot.value_shares(key)
    if shares is None:
        return None
    values = in_use.values[int(snapshot.vector_rows[key])]
    unit = shown_unit(shares.expected_cents, shares.base_cents)
    return explain_value(shares, values, in_use.scorer.value_wording, unit_cents=unit)


def worth_steps(explanation: ValueExplanation, currency: str) -> list[WaterfallStep]:
    """The way from the base to the value, step by step; a limit has a step of its own."""
    rest = explanation.other_cents
    limits = [explanation.limit_cents] if explanation.limit_cents else []
    changes = [*(one.shown_cents for one in explanation.reasons), *limits, rest]
    drawn = [
        one.as_dict() for one in bars(explanation.base_cents, changes, explanation.expected_cents)
    ]
    amounts = _Amounts(explanation, currency)
    base = amounts.plain(explanation.base_cents)
    said = "Where the model starts for everybody."
    steps = [WaterfallStep("base", "Base value", said, base, note="", **drawn[0])]
    for bar, reason in zip(drawn[1:], explanation.reasons, strict=False):
        steps.append(
            WaterfallStep(
                reason.direction,
                reason.title,
                reason.text,
                amounts.signed(reason.shown_cents),
                note=ACTIONABLE[reason.actionable],
                detail=_detail(reason, amounts),
                **bar,
            )
        )
    if limits:
        shown = amounts.signed(explanation.limit_cents)
        title, said = "Limit", "Nobody is expected to bring more than ten customers alike brought."
        steps.append(WaterfallStep("lowers", title, said, shown, note="", **drawn[-3]))
    steps.append(
        WaterfallStep("other", "Everything else", "", amounts.signed(rest), note="", **drawn[-2])
    )
    total = amounts.plain(explanation.expected_cents)
    return [*steps, WaterfallStep("total", "Value", "", total, note="", **drawn[-1])]


def _detail(reason: ValueReason, amounts: _Amounts) -> str:
    """Through which parts of the model a reason comes, where it keeps them apart throughout."""
    if set(reason.parts) != set(_THROUGH):
        return ""
    told = [(_THROUGH[part], cents) for part, cents in reason.parts.items() if cents]
    return ", ".join(f"{amounts.signed(cents)} {through}" for through, cents in told)


def worth_sum(explanation: ValueExplanation, currency: str) -> str:
    """The same sum in one line."""
    amounts = _Amounts(explanation, currency)
    parts = [one.shown_cents for one in explanation.reasons]
    parts += [one for one in (explanation.limit_cents,) if one]
    added = " ".join(amounts.added(one) for one in (*parts, explanation.other_cents))
    return f"{amounts.plain(explanation.base_cents)} {added} = " + amounts.plain(
        explanation.expected_cents
    )


class _Amounts:
    """Amounts of one explanation, all with cents or all without."""

    def __init__(self, explanation: ValueExplanation, currency: str) -> None:
        self._currency = currency
        every = [explanation.expected_cents, explanation.base_cents, explanation.other_cents]
        every += [one.shown_cents for one in explanation.reasons]
        self._places = 0 if all(one % UNIT_CENTS == 0 for one in every) else 2

    def plain(self, cents: int) -> str:
        return money(cents, self._currency, self._places)

    def signed(self, cents: int) -> str:
        return f"{'+' if cents > 0 else ''}{self.plain(cents)}"

    def added(self, cents: int) -> str:
        return f"{'−' if cents < 0 else '+'} {self.plain(abs(cents))}"
