"""Offers for everybody: a change of rules simulated, and a list written within budgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.exports.table_files import refuse_other_file, write_tables
from features.vocabulary.errors import UsageRefused, WorkspaceRefused, did_you_mean
from features.vocabulary.progress import Progress, silent
from serving.ledger.administration import made_without_withheld
from serving.ledger.privacy import Withheld
from serving.offers.allocation.allocation import allocate
from serving.offers.allocation.budgets import Budget
from serving.offers.arbitration import NOTHING
from serving.offers.audience import Audience
from serving.offers.offering import Offering, offering_in
from serving.offers.policy import Policy
from serving.offers.rule_change import RuleChange, simulate


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
    audience = Audience.of(found, workspace, at=at)
    return simulate(found, audience, Policy.of(other), at=at, progress=progress)


def _levers(found: Offering, written: Sequence[str]) -> dict[str, str]:
    known = [one.offer_id for one in found.offers.listed]
    levers = {}
    for one in written:
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


def counts_of(written: Sequence[str]) -> dict[str, int]:
    """Numbers by name such as ``OFFER-01=500``; ``UsageRefused`` for what is none."""
    found = {}
    for one in written:
        name, _, count = one.partition("=")
        if not count.isdecimal():
            raise UsageRefused(
                expected="a name and a number such as OFFER-01=500",
                found=one,
                remedy="Write the name, an equals sign and a whole number.",
            )
        found[name] = int(count)
    return found


@dataclass(frozen=True)
class WrittenPlan:
    """A list that was written: how many customers are shown something, what it brings and what prices say.

    Of ``newer_customers`` events were told since the store was made, which do not count here.
    """

    customers: int
    shown: int
    value_cents: float
    bound_cents: float
    prices: Mapping[str, float]
    used: Mapping[str, float]
    newer_customers: int = 0


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
    many showings by some channels, ``least`` so many of some offers. The file, CSV or Parquet, has customer_id, offer_id and priority_cents, the most valuable first.
    """
    refuse_other_file(file)
    found = required_offering(settings, workspace)
    # The budgets themselves find their prices here.
    found = found.with_policy(replace(found.policy, budget_price=0.0))
    names = [one.offer_id for one in found.offers.listed]
    _refuse_unknown(least, names, "offers")
    _refuse_unknown(channels, sorted(set(found.channels)), "channels")

    def make(_: Withheld, check: Callable[[], None]) -> WrittenPlan:
        audience = Audience.of(found, workspace, at=at)
        values, costs = _values(found, audience, at, progress)
        budgets = _budgets(found, costs, most, budget_cents, channels, least)
        plan = allocate(values, budgets, progress=progress)
        shown = np.flatnonzero(plan.offers != NOTHING)
        worth = values[shown, plan.offers[shown]]
        order = np.argsort(-worth, kind="stable")
        ids = [found.customer_ids[int(audience.keys[row])] for row in shown[order]]
        offers = [names[offer] for offer in plan.offers[shown[order]]]
        columns = {
            "customer_id": ids,
            "offer_id": offers,
            "priority_cents": np.round(worth[order], 2),
        }
        write_tables(file, [pa.table(columns)], check)
        return WrittenPlan(
            len(audience.keys),
            len(shown),
            plan.value,
            plan.bound,
            plan.prices,
            plan.used,
            audience.newer_customers,
        )

    return made_without_withheld(workspace, make)


def _budgets(
    found: Offering,
    costs: NDArray[np.float64],
    most: int | None,
    budget_cents: int | None,
    channels: Mapping[str, int],
    least: Mapping[str, int],
) -> list[Budget]:
    names = [one.offer_id for one in found.offers.listed]
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
    return budgets


def _refuse_unknown(named: Mapping[str, int], known: Sequence[str], what: str) -> None:
    for one in named:
        if one not in known:
            raise UsageRefused(
                expected=f"{what} of the table of offers",
                found=f'"{one}"',
                remedy=did_you_mean(one, list(known)),
            )


def _values(
    found: Offering, audience: Audience, at: int, progress: Progress
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What each permitted offer is worth to each customer, and what it costs by expectation."""
    shape = len(audience.keys), len(found.offers)
    values, costs = np.full(shape, -np.inf), np.zeros(shape)
    for block in audience.blocks(found, "what every offer is worth", progress):
        allowed = found.permissions(block.keys, block.expected, block.decisions, at).is_permitted
        terms = found.terms(block.expected)
        values[block.rows] = np.where(allowed, terms.priority, -np.inf)
        costs[block.rows] = terms.spent
    return values, costs
