"""What is said of campaigns, against the truth: 1,000 of them drawn from the exact chances of a simulated company of 4,000 customers.

Each asks 2,000 to 8,000 of its judged customers (with return), holds a tenth, a fifth or a half of them out by lot, and goes otherwise than the lot
has it for 3 of 100, who count as assigned. Truth is the expectation: the mean over those treated of the chance with the contact less the one
without it. What the product knows before is its own churn score and what was spent in the year before. ``SIZE=small`` draws 100.

Wasted is the money for contacts whose true expected gain lies below their cost. Calls, letters and e-mails cost what ``[actions]`` says, offers as
much as an e-mail.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from experiments.bench.claims import Claim, Stopwatch, arguments, conclude
from experiments.bench.loop.campaigns import CampaignAgainstTruth, Widths, campaigns_of
from experiments.bench.loop.company import KnownCompany
from experiments.world import WorldSpec

SPEC = WorldSpec(customers=4_000, lines_per_customer=30.0, seed=11)
LEAST_HOLDS, MOST_HOLDS, LEAST_NARROWED = 0.93, 0.97, 0.8
LEAST_WASTED_HOLDS, MOST_WASTED_OFF = 0.9, 0.15
Found = Sequence[CampaignAgainstTruth]


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("what is said of campaigns, against the truth")
    with tempfile.TemporaryDirectory() as scratch:
        company = KnownCompany.of(SPEC, Path(scratch) / "company")
    with Stopwatch() as watch:
        found = campaigns_of(company, 100 if given.is_small else 1_000)
    print(f"{len(found):,} campaigns measured in {watch.cpu_seconds:.0f} s of CPU.")
    for action in company.actions:
        mine = [one for one in found if one.action == action.name]
        print(f"  {action.name}: {_described(mine)}")
    return conclude("loop", _claims(found), given)


def _described(found: Found) -> str:
    shares = [
        f"{name} {_share(found, of):.3f}"
        for name, of in (
            ("outcome holds", lambda one: one.holds_bought),
            ("margin holds", lambda one: one.holds_margin),
            ("truly wasted", lambda one: one.wasted_cents / one.spent_cents),
            ("said", lambda one: one.said_wasted.mean / one.spent_cents),
            ("from", lambda one: one.said_wasted.low / one.spent_cents),
            ("to", lambda one: one.said_wasted.high / one.spent_cents),
            ("wasted holds", lambda one: one.holds_wasted),
        )
    ]
    return ", ".join([*shares, f"off by {_off(found):.3f} of it"])


def _share(found: Found, of: Callable[[CampaignAgainstTruth], float]) -> float:
    return float(np.mean([of(one) for one in found]))


def _off(found: Found) -> float:
    """By how much of the truth the wasted money is off, on average, each campaign by its own spend."""
    off = _share(found, lambda one: abs(one.said_wasted.mean - one.wasted_cents) / one.spent_cents)
    return off / _share(found, lambda one: one.wasted_cents / one.spent_cents)


def _narrowed(widths: Sequence[Widths]) -> list[float]:
    """By what share of its width an interval is narrower by what is known, by the truth, and by trees it taught; means over campaigns."""
    table = np.array(widths)
    return [float(one) for one in (1.0 - table[:, 1:] / table[:, :1]).mean(axis=0)]


def _claims(found: Found) -> list[Claim]:
    holds = {
        "effect on the outcome": _share(found, lambda one: one.holds_bought),
        "effect on margin": _share(found, lambda one: one.holds_margin),
        "effect of the contact itself": _share(found, lambda one: one.holds_contact),
    }
    claims = []
    for name, share in holds.items():
        claims.append(Claim(f"{name}: intervals that hold it", share, LEAST_HOLDS, "", "at least"))
        claims.append(Claim(f"{name}: the same", share, MOST_HOLDS))
    for name, widths in (
        ("outcome", [one.widths_bought for one in found]),
        ("margin", [one.widths_margin for one in found]),
    ):
        known, true, taught = _narrowed(widths)
        print(
            f"{name}: narrower by {known:.3f} by what is known, by {true:.3f} by true chances, "
            f"by {taught:.3f} by trees that the truth taught"
        )
        for by, most in (("true chances", true), ("trees the truth taught", taught)):
            claim = f"{name}: narrowing over that by {by}"
            claims.append(Claim(claim, known / most, LEAST_NARROWED, "", "at least"))
    wasted = _share(found, lambda one: one.holds_wasted)
    return [
        *claims,
        Claim("wasted: intervals that hold it", wasted, LEAST_WASTED_HOLDS, "", "at least"),
        Claim("wasted: mean error over the truth", _off(found), MOST_WASTED_OFF),
    ]


if __name__ == "__main__":
    sys.exit(main())
