"""What the command line says of offers for everybody: a simulated change, and a written plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from regulars.narrator import Outcome, Table
from serving.offers.plans import WrittenPlan
from serving.offers.rule_change import GroupChange, OfferChange, RuleChange

_MOVES_SHOWN = 10


def change_outcome(found: RuleChange, currency: str) -> Outcome:
    """What is said of a simulated change."""
    changed = sum(found.moves.values())
    difference = found.after_cents - found.before_cents
    moves = [{"from": one, "to": two, "customers": n} for (one, two), n in found.moves.items()]
    return Outcome(
        said=f"Decided twice for {found.customers:,} customers: {changed:,} would get something else, and "
        f"{difference / 100:+,.2f} {currency} is expected ({_money(found.before_cents)} → "
        f"{_money(found.after_cents)}); nobody was shown anything",
        next="write the change into [offers] of regulars.toml, and start the service anew",
        data={
            "customers": found.customers,
            "changed": changed,
            "before_cents": found.before_cents,
            "after_cents": found.after_cents,
            "offers": [asdict(one) for one in found.offers],
            "groups": [asdict(one) for one in found.groups],
            "moves": moves,
        },
        tables=[
            _offers(found.offers, currency),
            _groups(found.groups),
            Table(
                "Most frequent moves",
                ("from", "to", "customers"),
                [
                    (one, two, f"{count:,}")
                    for (one, two), count in list(found.moves.items())[:_MOVES_SHOWN]
                ],
            ),
        ],
    )


def _offers(offers: Sequence[OfferChange], currency: str) -> Table:
    rows = [
        (
            one.name,
            f"{one.before:,}",
            f"{one.after:,}",
            f"{one.after - one.before:+,}",
            _money(one.before_cents),
            _money(one.after_cents),
            f"{(one.after_cents - one.before_cents) / 100:+,.2f}",
        )
        for one in offers
    ]
    columns = ("offer", "before", "after", "change", "before", "after", "change")
    return Table(f"Offers, {currency} expected", columns, rows)


def _groups(groups: Sequence[GroupChange]) -> Table:
    counts = ("quarter", "customers", "something else", "bring more", "bring less")
    rows = [
        (
            one.name,
            f"{one.customers:,}",
            f"{one.others:,}",
            f"{one.gain:,}",
            f"{one.lose:,}",
            _money(one.before_cents),
            _money(one.after_cents),
        )
        for one in groups
    ]
    title = "Customers, by what they bring before the change"
    return Table(title, (*counts, "before", "after"), rows)


def plan_outcome(found: WrittenPlan, file: str, currency: str) -> Outcome:
    """What is said of a written plan."""
    return Outcome(
        said=f"Wrote offers for {found.shown:,} of {found.customers:,} customers, worth "
        f"{_money(found.value_cents)} {currency} of {_money(found.bound_cents)} at most",
        next="hand the file to your CRM, and what was shown back in the table of exposures",
        data=asdict(found) | {"file": file},
        tables=[
            Table(
                "Budgets",
                ("budget", "used", "one more unit brings, in cents"),
                [
                    (name, f"{used:,.0f}", f"{found.prices[name]:,.4f}")
                    for name, used in found.used.items()
                ],
            )
        ],
    )


def _money(cents: float) -> str:
    return f"{cents / 100:,.2f}"
