"""Which offers a customer was shown and what came of them.

An exposure of the arm *control* was deliberately not shown: it is counted apart and can be neither
accepted nor ignored. Windows go by the time an offer was shown. An acceptance and its revenue count from
the instant of acceptance on, never earlier: at a cutoff before it, the offer was not accepted yet.
"""

from __future__ import annotations

from features.behaviour.groups import OFFERS
from features.declarations import (
    WHOLE_PAST,
    Count,
    Declaration,
    Events,
    Ratio,
    SinceInstant,
    SinceLast,
    Total,
    declare,
    windowed,
)
from features.store.pack import EventStream, Pack
from features.vocabulary.arrays import MISSING_NUMBER
from features.vocabulary.time import Window
from features.vocabulary.words import CONTROL as CONTROL_WORD
from features.vocabulary.words import PLAIN_CONTACTS

EXPOSURES = Events("exposures")

ZERO = "Zero when there was none."
NO_OFFER = "Missing when no offer was shown."
_SEASONS = (Window(90), Window(365), WHOLE_PAST)
_FATIGUE = (Window(30), Window(90), Window(365))


def offers(pack: Pack) -> tuple[Declaration, ...]:
    """The features of the table of exposures that its columns allow."""
    stream = pack.streams.get("exposures")
    if stream is None:
        return ()
    offered = _of_offers(stream)
    shown = offered.also("arm", "!=", CONTROL_WORD) if "arm" in stream.columns else offered
    declared = _shown(shown)
    if "arm" in stream.columns:
        declared += _withheld(offered.also("arm", "=", CONTROL_WORD))
    if "offer_discount_milli" in stream.columns:
        declared += _discounts(shown)
    if "accepted_seconds" in stream.columns:
        declared += _accepted(shown, stream)
    return declared


def _of_offers(stream: EventStream) -> Events:
    """The exposures but for plain contacts, which stand among them only to be measured."""
    found = EXPOSURES
    for name in PLAIN_CONTACTS:
        # Without any the features are those they always were.
        if name in stream.dictionaries.get("offer", ()):
            found = found.also("offer", "!=", name)
    return found


# fmt: off
def _shown(shown: Events) -> tuple[Declaration, ...]:
    return (
        *windowed("shown_offers", Count(shown), meaning="Offers shown {window}.", unit="count", group=OFFERS, said="{value} offers shown {window}", missing=ZERO),
        declare("shown_offer", SinceLast(shown), meaning="Days since an offer was last shown.", unit="days", group=OFFERS, said="last offer shown {value} ago", missing="Missing before the first offer.", actionable="now"),
    )


def _withheld(held_out: Events) -> tuple[Declaration, ...]:
    return windowed("withheld_offers", Count(held_out), meaning="Offers deliberately not shown {window}, to have somebody to compare with.", unit="count", group=OFFERS, said="{value} offers held back {window}", missing=ZERO, actionable="context", windows=_SEASONS)


def _discounts(shown: Events) -> tuple[Declaration, ...]:
    discounted = shown.also("offer_discount_milli", "!=", MISSING_NUMBER)
    mean = Ratio(
        Total(discounted, "offer_discount_milli", per=1000), Count(discounted), "mean"
    )
    return windowed("offer_discount", mean, meaning="Average discount of the offers shown {window}, as a share of the price.", unit="share", group=OFFERS, said="offers shown {window} with a discount of {value} on average", missing="Missing when no offer with a discount was shown.", actionable="now", windows=(Window(90), Window(365), WHOLE_PAST))


def _accepted(shown: Events, stream: EventStream) -> tuple[Declaration, ...]:
    accepted = shown.once("accepted_seconds")
    ignored = shown.until("accepted_seconds")
    declared = (
        *windowed("accepted_offers", Count(accepted), meaning="Offers shown {window} and accepted since.", unit="count", group=OFFERS, said="{value} offers accepted of those shown {window}", missing=ZERO, windows=_SEASONS),
        *windowed("accepted_offers", Ratio(Count(accepted), Count(shown), "share"), meaning="Share of the offers shown {window} that were accepted.", unit="share", group=OFFERS, said="{value} of the offers shown {window} accepted", missing=NO_OFFER, windows=_SEASONS),
        *windowed("ignored_offers", Count(ignored), meaning="Offers shown {window} and not accepted so far: a sign of fatigue when many.", unit="count", group=OFFERS, said="{value} offers shown {window} without being accepted", missing=ZERO, actionable="now", windows=_FATIGUE),
        declare("accepted_offer", SinceInstant(accepted, "accepted_seconds"), meaning="Days since an offer was last accepted.", unit="days", group=OFFERS, said="last offer accepted {value} ago", missing="Missing before the first acceptance."),
    )
    if "revenue_cents" in stream.columns:
        earned = Total(accepted.also("revenue_cents", "!=", MISSING_NUMBER), "revenue_cents")
        declared += windowed("offer_revenue", earned, meaning="Revenue from accepted offers among those shown {window}.", unit="cents", group=OFFERS, said="{value} from accepting offers shown {window}", missing=ZERO, windows=(Window(365), WHOLE_PAST))
    return declared
# fmt: on
