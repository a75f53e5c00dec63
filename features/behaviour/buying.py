"""What a customer's rhythm lets one expect of the next months, by the BG/NBD model of repeat buying.

The model is fitted on the company's customers beforehand, and its four parameters come with whoever reads
the vectors.
Days with a purchase count, returns do not. Of somebody who bought once the model cannot say whether
they are still there (it would say yes), so that chance is left out for them; what to expect of the next
months it can say of everybody.
"""

from __future__ import annotations

from features.behaviour.groups import RHYTHM
from features.behaviour.purchases import ACTIVE_DAYS
from features.behaviour.rhythm import NEVER, ONE_DAY, RECENCY, TENURE_DAYS
from features.declarations import (
    Declaration,
    ExpectedPurchases,
    NoPurchase,
    Repeats,
    StillBuying,
    declare,
)
from features.store.pack import Pack

HORIZONS = (30, 90, 180, 365)
REPEATS = Repeats(ACTIVE_DAYS)
_PARTS = (REPEATS, RECENCY, TENURE_DAYS)


# fmt: off
OPERANDS = (
    declare("active_days", REPEATS, meaning="Days with an order after the first.", unit="count", group=RHYTHM, said="bought again on {value} days", missing="Zero when there was none."),
    declare("order", RECENCY, meaning="Days since the last order.", unit="days", group=RHYTHM, said="last order {value} ago", missing=NEVER),
    declare("order", TENURE_DAYS, meaning="Days since the first order.", unit="days", group=RHYTHM, said="customer for {value}", missing=NEVER),
)
"""What a model of buying is fitted on: repeats, recency and tenure, in this order."""


def buying(pack: Pack) -> tuple[Declaration, ...]:
    """The features of a model of buying, whatever its parameters; none without purchases."""
    if "purchases" not in pack.streams:
        return ()
    still = declare("buying", StillBuying(*_PARTS, None), meaning="Chance that they have not stopped buying for good, by their rhythm so far and how long all customers stay. Who has not stopped may still buy nothing for long.", unit="share", group=RHYTHM, said="by their rhythm so far, {value} chance that they have not stopped for good", missing=ONE_DAY, actionable="now")
    return (*(one for days in HORIZONS for one in _ahead(days)), still)


def _ahead(days: int) -> tuple[Declaration, ...]:
    return (
        declare("buying", NoPurchase(*_PARTS, None, days), meaning=f"Chance of no purchase in the {days} days after the cutoff, by their rhythm so far and that of all customers.", unit="share", group=RHYTHM, said=f"by their rhythm so far, {{value}} chance of no purchase in the next {days} days", missing=NEVER, actionable="now"),
        declare("buying", ExpectedPurchases(*_PARTS, None, days), meaning=f"Days with a purchase to expect in the {days} days after the cutoff, by their rhythm so far and that of all customers.", unit="count", group=RHYTHM, said=f"by their rhythm so far, {{value}} purchases to expect in the next {days} days", missing=NEVER, actionable="now"),
    )
# fmt: on
