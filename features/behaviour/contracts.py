"""The contracts a customer has and had: what runs, until when, how often renewed, whether notice was given.

One row is one term. A term runs from its start until its end has passed, and without an end for good; a
term that ends at the very cutoff still runs at it. The end, price and renewal of a term are agreed at its
start, so they are known from then on. A notice counts from the instant it was given.
"""

from __future__ import annotations

from features.behaviour.groups import CONTRACT
from features.declarations import (
    Count,
    Declaration,
    Difference,
    Distinct,
    Events,
    Latest,
    Ratio,
    Repeats,
    SinceFirst,
    SinceInstant,
    SinceLast,
    UntilInstant,
    declare,
)
from features.store.pack import EventStream, Pack
from features.vocabulary.arrays import MISSING_NUMBER

TERMS = Events("contracts")
ENDED = TERMS.once("ends_seconds")
PRICED = TERMS.also("price_cents", "!=", MISSING_NUMBER)
PRICE = Latest(PRICED, "price_cents")
PRICE_BEFORE = Latest(PRICED, "price_cents", back=2)
CANCELLED = TERMS.once("cancelled_seconds")

ZERO = "Zero when there was none."
NEVER = "Missing before the first contract."
NOTHING_RUNS = "Zero when no contract runs."


def contracts(pack: Pack) -> tuple[Declaration, ...]:
    """The features of the table of contracts that its columns allow."""
    stream = pack.streams.get("contracts")
    if stream is None:
        return ()
    running = TERMS.until("ends_seconds") if "ends_seconds" in stream.columns else TERMS
    declared = _terms(running)
    if "ends_seconds" in stream.columns:
        declared += _ends(running)
    return (*declared, *_agreed(running, stream), *_notice(running, stream))


# fmt: off
def _terms(running: Events) -> tuple[Declaration, ...]:
    return (
        declare("running_contracts", Count(running), meaning="Contract terms that run at the cutoff.", unit="count", group=CONTRACT, said="{value} contracts running", missing=ZERO),
        declare("contract_terms", Count(TERMS), meaning="Contract terms begun so far.", unit="count", group=CONTRACT, said="{value} terms of contract so far", missing=ZERO),
        declare("contract", Repeats(Count(TERMS)), meaning="Renewals so far: terms begun after the first.", unit="count", group=CONTRACT, said="{value} renewals of a contract so far", missing="Zero before the first renewal."),
        declare("contract", SinceFirst(TERMS), meaning="Days since the first contract began.", unit="days", group=CONTRACT, said="first contract began {value} ago", missing=NEVER, actionable="context"),
        declare("contract_term", SinceLast(TERMS), meaning="Days since the latest contract term began.", unit="days", group=CONTRACT, said="latest contract term began {value} ago", missing=NEVER),
    )


def _ends(running: Events) -> tuple[Declaration, ...]:
    ending = running.also("ends_seconds", ">=", 0)
    return (
        declare("contract_end", UntilInstant(ending, "ends_seconds"), meaning="Days until the contract that runs longest expires.", unit="days", group=CONTRACT, said="contract expires in {value}", missing="Missing when no contract with an end runs.", actionable="now"),
        declare("contract_end", SinceInstant(ENDED, "ends_seconds"), meaning="Days since a contract term last expired, renewed or not.", unit="days", group=CONTRACT, said="last contract term expired {value} ago", missing="Missing before the first has expired."),
    )


def _agreed(running: Events, stream: EventStream) -> tuple[Declaration, ...]:
    declared: tuple[Declaration, ...] = ()
    if "price_cents" in stream.columns:
        change = Ratio(Difference(PRICE, PRICE_BEFORE), PRICE_BEFORE, "change")
        declared += (
            declare("contract_price", PRICE, meaning="Price of the latest contract term.", unit="cents", group=CONTRACT, said="latest contract term at {value}", missing=NEVER),
            declare("contract_price", change, meaning="Change of the price from the term before to the latest, as a share of the former.", unit="share", group=CONTRACT, said="contract price changed by {value}", missing="Missing until there were two terms with a price.", actionable="now"),
        )
    if "auto_renew" in stream.columns:
        declared += (declare("renewing_contracts", Count(running.also("auto_renew", "=", 1)), meaning="Running contracts that renew by themselves.", unit="count", group=CONTRACT, said="{value} contracts with automatic renewal", missing=NOTHING_RUNS),)
    if "plan" in stream.columns:
        declared += (declare("contract_plans", Distinct(TERMS, "plan"), meaning="Different contract plans so far.", unit="count", group=CONTRACT, said="{value} different plans so far", missing=ZERO),)
    return declared


def _notice(running: Events, stream: EventStream) -> tuple[Declaration, ...]:
    if "cancelled_seconds" not in stream.columns:
        return ()
    return (
        declare("leaving_contracts", Count(running.once("cancelled_seconds")), meaning="Running contracts of which notice has been given.", unit="count", group=CONTRACT, said="{value} contracts running under notice", missing=NOTHING_RUNS, actionable="now"),
        declare("cancelled_contracts", Count(CANCELLED), meaning="Contract terms of which notice was given so far.", unit="count", group=CONTRACT, said="{value} contracts cancelled so far", missing=ZERO),
        declare("cancellation", SinceInstant(CANCELLED, "cancelled_seconds"), meaning="Days since notice was last given.", unit="days", group=CONTRACT, said="notice last given {value} ago", missing="Missing before the first notice."),
    )
# fmt: on
