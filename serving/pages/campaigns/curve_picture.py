"""The profit curve as a picture with axes in round numbers, drawn on the server."""

from __future__ import annotations

import math
from collections.abc import Sequence

from serving.campaigns.plans.asking import PlanSummary
from serving.campaigns.plans.profit_curve import CurvePoint
from serving.pages.campaigns.contexts import CurvePicture, CurveRow
from serving.pages.campaigns.plan_query import PlanQuery
from serving.pages.figures import whole_money
from training.reasons.languages.language import Language

_ROUND = (10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100)
_STEPS = 2
_ROWS = 6


def curve_picture(
    found: PlanSummary, query: PlanQuery, currency: str, language: Language
) -> CurvePicture | None:
    """The curve of a plan with its chosen point; None where no contact pays."""
    curve, totals = found.curve, found.totals
    if len(curve) < 2 or curve[-1].spend_cents <= 0:
        return None
    widest = round_up(max(curve[-1].spend_cents, totals.spend_cents) / 100)
    highest = round_up(max(curve[-1].gain_cents, totals.gain_cents) / 100)

    def at(spend_cents: float, gain_cents: float) -> tuple[str, str]:
        return f"{spend_cents / widest:.2f}", f"{100 - gain_cents / highest:.2f}"

    points = [at(one.spend_cents, one.gain_cents) for one in curve]
    line = " L".join(f"{x} {y}" for x, y in points)
    x, y = at(totals.spend_cents, totals.gain_cents)

    def money(cents: float) -> str:
        return whole_money(round(cents), currency, language)

    return CurvePicture(
        path=f"M{line}",
        area=f"M{line} L{points[-1][0]} 100 Z",
        chosen_x=x,
        chosen_y=y,
        spends=_labels(widest, currency, language),
        gains=_labels(highest, currency, language)[::-1],
        said=language.say(
            "This plan spends {spend} for an expected net gain of {gain} ({low} to {high}, at 95%)."
        ).format(
            spend=money(totals.spend_cents),
            gain=money(totals.gain_cents),
            low=money(totals.gain_low_cents),
            high=money(totals.gain_high_cents),
        ),
        rows=[
            CurveRow(
                money(one.spend_cents),
                money(one.gain_cents),
                query.link(budget=math.ceil(one.spend_cents / 100)),
            )
            for one in _some(curve[1:])
        ],
    )


def round_up(amount: float) -> int:
    """The next round number of whole units that an axis may end at and be halved.

    >>> round_up(0.3), round_up(1.1), round_up(7.2), round_up(113), round_up(4_100)
    (1, 2, 8, 120, 5000)
    """
    amount = max(amount, 1.0)
    power = 10 ** math.floor(math.log10(amount))
    steps = (step * power for step in _ROUND)
    return int(next(one // 10 for one in steps if one >= 10 * amount and one % 10 == 0))


def _labels(largest: int, currency: str, language: Language) -> list[str]:
    """What stands at an axis: nothing, the half and all of it, with cents where halves have some."""
    places = 0 if largest % _STEPS == 0 else 2
    cents = [100 * largest * step // _STEPS for step in range(_STEPS + 1)]
    return [language.money(one, currency, places) for one in cents]


def _some(points: Sequence[CurvePoint]) -> list[CurvePoint]:
    """A few of them, evenly apart, the last among them."""
    every = max(1, math.ceil(len(points) / _ROWS))
    return [one for place, one in enumerate(reversed(points)) if place % every == 0][::-1]
