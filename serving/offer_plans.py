"""Offers for everybody: a change of rules simulated, and a list written within budgets."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.errors import UsageRefused, WorkspaceRefused, did_you_mean
from features.narrator import Outcome, Table
from features.progress import Progress, silent
from features.settings import Settings
from features.workspace import Workspace
from serving.allocation import NOTHING, Budget, allocate
from serving.ledger import held_out_in, withheld_in
from serving.offering import Offering, Policy, offering_in
from serving.rule_change import RuleChange, simulate

_AT_ONCE = 2_000


def required_offering(settings: Settings, workspace: Workspace) -> Offering:
    """What decides about offers; ``WorkspaceRefused`` where no model of offers is in use."""
    found = offering_in(workspace, settings.offers)
    if found is None:
        raise WorkspaceRefused(
            expected="a model of offers in use",
            found="none",
            remedy="Run `regulars train offers` first.",
        )
    return found


def decidable(found: Offering, workspace: Workspace) -> NDArray[np.int32]:
    """The customers of the store who may be decided about: nobody who declined, objected or was erased."""
    withheld = withheld_in(workspace)
    left_out = {found.key(one) for one in withheld.objected | withheld.erased}
    return np.array(
        [
            key
            for key in range(len(found.customer_ids))
            if key not in left_out and not found.declined(key)
        ],
        np.int32,
    )


def simulated(
    settings: Settings,
    workspace: Workspace,
    changes: Mapping[str, int | None],
    levers: Sequence[str],
    *,
    at: int,
    progress: Progress = silent,
) -> RuleChange:
    """What other settings of offers would change; ``levers`` are such as ``OFFER-01=20``.

    ``changes`` are settings by name, None where one stays. Raises ``UsageRefused`` for a lever that is none.
    """
    found = required_offering(settings, workspace)
    other = replace(
        settings.offers,
        **{name: value for name, value in changes.items() if value is not None},  # type: ignore[arg-type]
        levers={**settings.offers.levers, **_levers(found, levers)},
    )
    return simulate(found, decidable(found, workspace), Policy.of(other), at=at, progress=progress)


def _levers(found: Offering, told: Sequence[str]) -> dict[str, str]:
    known = [one.offer_id for one in found.offers.listed]
    levers = {}
    for one in told:
        offer, _, percent = one.partition("=")
        if not percent.removeprefix("-").isdecimal() or int(percent) < -99:
            raise UsageRefused(
                expected="a lever such as OFFER-01=20, in percent from -99 on",
                found=one,
                remedy="Write the offer, an equals sign and a whole number.",
            )
        if offer not in known:
            raise UsageRefused(
                expected="a lever of an offer", found=offer, remedy=did_you_mean(offer, known)
            )
        levers[offer] = percent
    return levers


def counts_of(told: Sequence[str]) -> dict[str, int]:
    """Numbers by name such as ``OFFER-01=500``; ``UsageRefused`` for what is none."""
    found = {}
    for one in told:
        name, _, count = one.partition("=")
        if not count.isdecimal():
            raise UsageRefused(
                expected="a name and a number such as OFFER-01=500",
                found=one,
                remedy="Write the name, an equals sign and a whole number.",
            )
        found[name] = int(count)
    return found


def change_outcome(found: RuleChange, currency: str) -> Outcome:
    """What the command line says of a simulated change."""

    def money(cents: float) -> str:
        return f"{cents / 100:,.2f}"

    offers = [
        (
            one.name,
            f"{one.before:,}",
            f"{one.after:,}",
            f"{one.after - one.before:+,}",
            money(one.before_cents),
            money(one.after_cents),
            f"{(one.after_cents - one.before_cents) / 100:+,.2f}",
        )
        for one in found.offers
    ]
    groups = [
        (
            one.name,
            f"{one.customers:,}",
            f"{one.others:,}",
            f"{one.gain:,}",
            f"{one.lose:,}",
            money(one.before_cents),
            money(one.after_cents),
        )
        for one in found.groups
    ]
    moves = [(one, two, f"{count:,}") for (one, two), count in list(found.moves.items())[:10]]
    changed = sum(found.moves.values())
    difference = found.after_cents - found.before_cents
    return Outcome(
        said=f"Decided twice for {found.customers:,} customers: {changed:,} would get something else, and "
        f"{difference / 100:+,.2f} {currency} is expected ({money(found.before_cents)} → "
        f"{money(found.after_cents)}); nobody was shown anything",
        next="write the change into [offers] of regulars.toml, and start the service anew",
        data={
            "customers": found.customers,
            "changed": changed,
            "before_cents": found.before_cents,
            "after_cents": found.after_cents,
            "offers": [asdict(one) for one in found.offers],
            "groups": [asdict(one) for one in found.groups],
            "moves": [
                {"from": one, "to": two, "customers": count}
                for (one, two), count in found.moves.items()
            ],
        },
        tables=[
            Table(
                f"Offers, {currency} expected",
                ("offer", "before", "after", "change", "before", "after", "change"),
                offers,
            ),
            Table(
                "Customers, by what they bring before the change",
                (
                    "quarter",
                    "customers",
                    "something else",
                    "bring more",
                    "bring less",
                    "before",
                    "after",
                ),
                groups,
            ),
            Table("Most frequent moves", ("from", "to", "customers"), moves),
        ],
    )


@dataclass(frozen=True)
class WrittenPlan:
    """A list that was written: how many customers are shown something, what it brings and what prices say."""

    customers: int
    shown: int
    value_cents: float
    bound_cents: float
    prices: Mapping[str, float]
    used: Mapping[str, float]


def write_plan(
    settings: Settings,
    workspace: Workspace,
    file: Path,
    *,
    most: int | None,
    budget_cents: int | None,
    channels: Mapping[str, int],
    least: Mapping[str, int],
    at: int,
    progress: Progress = silent,
) -> WrittenPlan:
    """Write one offer for each customer who is to be shown one, so that all bring most within the budgets.

    ``most`` are so many customers, ``budget_cents`` what rewards and contacts may cost by expectation, ``channels`` so
    many showings by some channels, ``least`` so many of some offers. The file has customer_id, offer_id and priority_cents, the most valuable first.
    """
    found = required_offering(settings, workspace)
    # The budgets themselves find their prices here.
    found = found.with_policy(replace(found.policy, budget_price=0.0))
    keys = decidable(found, workspace)
    names = [one.offer_id for one in found.offers.listed]
    _refuse_unknown(least, names, "offers")
    _refuse_unknown(channels, sorted(set(found.channels)), "channels")
    held = _held_out(found, workspace, keys)
    values, costs = _values(found, keys, held, at, progress)
    budgets = []
    if most is not None:
        budgets.append(Budget("customers", float(most), np.ones(len(names))))
    if budget_cents is not None:
        budgets.append(Budget("cents", float(budget_cents), costs))
    for channel, count in channels.items():
        uses = np.array([float(one == channel) for one in found.channels])
        budgets.append(Budget(channel, float(count), uses))
    for offer, count in least.items():
        uses = (np.array(names) == offer).astype(np.float64)
        budgets.append(Budget(f"at least {offer}", float(count), uses, is_least=True))
    plan = allocate(values, budgets, progress=progress)
    shown = np.flatnonzero(plan.offers != NOTHING)
    worth = values[shown, plan.offers[shown]]
    beside = file.with_name(file.name + ".new")
    with beside.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("customer_id", "offer_id", "priority_cents"))
        for place in np.argsort(-worth, kind="stable").tolist():
            row = int(shown[place])
            writer.writerow(
                (
                    found.customer_ids[int(keys[row])],
                    names[int(plan.offers[row])],
                    f"{float(worth[place]):.2f}",
                )
            )
    beside.replace(file)
    return WrittenPlan(len(keys), len(shown), plan.value, plan.bound, plan.prices, plan.used)


def _refuse_unknown(named: Mapping[str, int], known: Sequence[str], what: str) -> None:
    for one in named:
        if one not in known:
            raise UsageRefused(
                expected=f"{what} of the table of offers",
                found=f'"{one}"',
                remedy=did_you_mean(one, list(known)),
            )


def _held_out(found: Offering, workspace: Workspace, keys: NDArray[np.int32]) -> NDArray[np.bool_]:
    names = [found.customer_ids[int(key)] for key in keys]
    return np.array(held_out_in(workspace, names, found.policy.hold_out_percent), np.bool_)


def _values(
    found: Offering,
    keys: NDArray[np.int32],
    held: NDArray[np.bool_],
    at: int,
    progress: Progress,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What each permitted offer is worth to each customer, and what it costs by expectation."""
    shape = len(keys), len(found.offers)
    values, costs = np.full(shape, -np.inf), np.zeros(shape)
    rewards = np.array([float(one.reward_cost_cents) for one in found.offers.listed])
    for begin in range(0, len(keys), _AT_ONCE):
        progress("what every offer is worth", begin, len(keys))
        rows = slice(begin, begin + _AT_ONCE)
        expected = found.expect(keys[rows])
        allowed = found.permissions(keys[rows], expected, (), at).is_permitted
        allowed &= ~held[rows][:, None]
        values[rows] = np.where(allowed, found.terms(expected).priority, -np.inf)
        costs[rows] = found.policy.contact_cents + expected.propensity * rewards
    progress("what every offer is worth", len(keys), len(keys))
    return values, costs
