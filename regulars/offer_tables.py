"""What the command line says of offers for everybody: a simulated change, and a written plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from regulars.narrator import Outcome, Table
from serving.offers.plans.plans import PlanLine, WrittenPlan
from serving.offers.rule_change import GroupChange, OfferChange, RuleChange

_MOVES_SHOWN = 10


def change_outcome(change: RuleChange, currency: str) -> Outcome:
    """What is said of a simulated change."""
    changed = sum(change.moves.values())
    difference = change.after_cents - change.before_cents
    moves = [
        {"from": before, "to": after, "customers": count}
        for (before, after), count in change.moves.items()
    ]
    return Outcome(
        said=f"Decided twice for {change.customers:,} customers: {changed:,} would get something else, and "
        f"{difference / 100:+,.2f} {currency} is expected ({_money(change.before_cents)} → "
        f"{_money(change.after_cents)}); nobody was shown anything",
        next="write the change into [offers] of regulars.toml, and start the service anew",
        data={
            "customers": change.customers,
            "newer_customers": change.newer_customers,
            "changed": changed,
            "before_cents": change.before_cents,
            "after_cents": change.after_cents,
            "offers": [asdict(offer) for offer in change.offers],
            "groups": [asdict(group) for group in change.groups],
            "moves": moves,
        },
        lines=_newer(change.newer_customers),
        tables=[
            _offers(change.offers, currency),
            _groups(change.groups),
            Table(
                "Most frequent moves",
                ("from", "to", "customers"),
                [
                    (before, after, f"{count:,}")
                    for (before, after), count in list(change.moves.items())[:_MOVES_SHOWN]
                ],
            ),
        ],
    )


def _offers(offers: Sequence[OfferChange], currency: str) -> Table:
    rows = [
        (
            offer.name,
            f"{offer.before:,}",
            f"{offer.after:,}",
            f"{offer.after - offer.before:+,}",
            _money(offer.before_cents),
            _money(offer.after_cents),
            f"{(offer.after_cents - offer.before_cents) / 100:+,.2f}",
        )
        for offer in offers
    ]
    columns = ("offer", "before", "after", "change", "before", "after", "change")
    return Table(f"Offers, {currency} expected", columns, rows)


def _groups(groups: Sequence[GroupChange]) -> Table:
    counts = ("quarter", "customers", "something else", "bring more", "bring less")
    rows = [
        (
            group.name,
            f"{group.customers:,}",
            f"{group.others:,}",
            f"{group.gain:,}",
            f"{group.lose:,}",
            _money(group.before_cents),
            _money(group.after_cents),
        )
        for group in groups
    ]
    title = "Customers, by what they bring before the change"
    return Table(title, (*counts, "before", "after"), rows)


def plan_outcome(plan: WrittenPlan, file: str, currency: str) -> Outcome:
    """What is said of a written plan."""
    apart = f"; no contacts beside the offers: {plan.contacts_apart}" if plan.contacts_apart else ""
    return Outcome(
        said=f"Wrote what to do for {plan.shown:,} of {plan.customers:,} customers, worth "
        f"{_money(plan.value_cents)} {currency} of {_money(plan.bound_cents)} at most{apart}",
        next="hand the file to your CRM, and what was shown back in the table of exposures",
        data=asdict(plan) | {"file": file},
        lines=_newer(plan.newer_customers),
        tables=[_given(plan.lines, currency), *([_budgets(plan)] if plan.used else [])],
    )


def _given(lines: Sequence[PlanLine], currency: str) -> Table:
    rows = [
        (
            one.name,
            f"{one.customers:,}",
            _money(one.net_gain_cents),
            _money(one.cost_cents),
            ", ".join(one.sources),
        )
        for one in lines
    ]
    columns = ("offer or contact", "customers", "net gain", "cost", "effect")
    return Table(f"What to do, in {currency} expected", columns, rows)


def _budgets(plan: WrittenPlan) -> Table:
    rows = [(name, f"{used:,.0f}", f"{plan.prices[name]:,.4f}") for name, used in plan.used.items()]
    return Table("Budgets", ("budget", "used", "one more unit brings, in cents"), rows)


def _newer(customers: int) -> list[str]:
    """What is said where the service knows more of customers than the store."""
    if not customers:
        return []
    return [
        f"Of {customers:,} of these customers events were told since the store was made. They count in the service's answers and "
        "not here: run `regulars ingest` with tables that have them, and then this again."
    ]


def _money(cents: float) -> str:
    return f"{cents / 100:,.2f}"
