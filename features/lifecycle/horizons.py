"""The horizon that suits a company: long enough that nine of ten gaps between orders have ended."""

from __future__ import annotations

HORIZONS = (30, 60, 90, 180, 365)
TIMES_IN_HISTORY = 6
"""A horizon must fit into the records so often: to fit, calibrate and judge on separate stretches."""

FEWEST_PACES, TIMES_SLOWER = 30, 20.0
"""Where so many customers have shown a pace, so many times between the quick and the slow tenth is worth a word."""


def horizon_for(ninth_days: float, last_days: float, span_days: float) -> tuple[int, str]:
    """The horizon for the 90th and 95th percentile of the gaps, with what speaks for it.

    It is the shortest of 30, 60, 90, 180 and 365 days that holds nine of ten gaps, or the longest that
    fits into the records six times.

    >>> horizon_for(41.0, 70.0, 700)
    (60, "Nine of ten gaps between a customer's orders end within 41 days (95 %: 70)")
    """
    reason = (
        f"Nine of ten gaps between a customer's orders end within {ninth_days:.0f} days "
        f"(95 %: {last_days:.0f})"
    )
    wanted = next((days for days in HORIZONS if days >= ninth_days), HORIZONS[-1])
    fitting = [days for days in HORIZONS if days * TIMES_IN_HISTORY <= span_days] or [HORIZONS[0]]
    if wanted > fitting[-1]:
        return fitting[-1], (
            f"{reason}, which asks for {wanted}; the records span {span_days:,.0f} days, and a horizon "
            f"should fit into them {TIMES_IN_HISTORY} times"
        )
    return wanted, reason


def note_on_paces(customers: int, quick_days: float, slow_days: float) -> str:
    """A sentence where customers buy at paces so different that no horizon fits all; empty otherwise.

    ``quick_days`` and ``slow_days`` are the first and the last decile of the mean gaps of so many customers.
    """
    if customers < FEWEST_PACES or slow_days < TIMES_SLOWER * quick_days:
        return ""
    return (
        f"a tenth of the customers buy every {quick_days:,.0f} days or more often, a tenth every "
        f'{slow_days:,.0f} or less often: no horizon fits both; outcome = "overdue" in [churn] asks who is '
        "silent for longer than their own gaps allow"
    )
