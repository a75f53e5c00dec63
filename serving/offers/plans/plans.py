"""Offers and contacts for everybody: a change of rules simulated, and a list written within budgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

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
from serving.offers.plans.candidates import Candidates, Choices
from serving.offers.plans.contacts import PlainContacts, why_scores_apart
from serving.offers.policy import Policy
from serving.offers.rule_change import RuleChange, simulate
from serving.snapshot.reading import open_snapshot
from serving.snapshot.scores_of_model import scores_in_use

PLAN_SCHEMA = pa.schema(
    {
        "customer_id": pa.string(),
        "offer_id": pa.string(),
        "channel": pa.string(),
        "net_gain_cents": pa.float64(),
        "cost_cents": pa.float64(),
        "source": pa.string(),
        "priority_cents": pa.float64(),
    }
)
"""One line a customer who is given something; ``offer_id`` is that of an offer or the name of a contact, as exposures have it."""


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
class PlanLine:
    """What a plan gives of one offer or contact: to how many, what that brings and costs, and how its effect is known.

    Money is in cents by expectation; ``sources`` are several where the effect is known otherwise for some customers.
    """

    name: str
    customers: int
    net_gain_cents: float
    cost_cents: float
    sources: tuple[str, ...]


@dataclass(frozen=True)
class WrittenPlan:
    """A list that was written: how many customers are given something, what it brings and what prices say.

    ``lines`` are the offers and contacts in it, what brings most first. ``contacts_apart`` says why no contacts were held
    against the offers; it is empty where they were, or were not asked for. Of ``newer_customers`` events
    were told since the store was made, which do not count here.
    """

    customers: int
    shown: int
    value_cents: float
    bound_cents: float
    prices: Mapping[str, float]
    used: Mapping[str, float]
    lines: tuple[PlanLine, ...]
    contacts_apart: str
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
    with_contacts: bool = True,
    progress: Progress = silent,
) -> WrittenPlan:
    """Write one offer or contact for each customer who is to be given one, so that all bring most within the budgets.

    ``most`` are so many customers, ``budget_cents`` what rewards and contacts may cost by expectation, ``channels`` so
    many by some channels, ``least`` so many of some offers. The file, CSV or Parquet, has customer_id, offer_id, channel,
    net_gain_cents, cost_cents, source and priority_cents, the most valuable first. ``with_contacts`` holds the plain contacts of
    the scores in use against the offers, where both are told in the same money.
    """
    refuse_other_file(file)
    found = required_offering(settings, workspace)
    # The budgets themselves find their prices here.
    found = found.with_policy(replace(found.policy, budget_price=0.0))
    contacts, contacts_apart = _contacts(found, workspace) if with_contacts else (None, "")
    choices = Choices(found, contacts)
    _refuse_unknown(least, choices.names, "offers of the table of offers, or contacts beside them")
    _refuse_unknown(channels, sorted(set(choices.channels)), "channels of offers or contacts")

    def make(_: Withheld, check: Callable[[], None]) -> WrittenPlan:
        audience = Audience.of(found, workspace, at=at)
        candidates = Candidates.of(choices, audience, at, progress)
        budgets = _budgets(candidates, most, budget_cents, channels, least)
        plan = allocate(candidates.priority, budgets, progress=progress)
        rows = np.flatnonzero(plan.offers != NOTHING)
        order = np.argsort(-candidates.priority[rows, plan.offers[rows]], kind="stable")
        table = _table(candidates, rows[order], plan.offers[rows[order]])
        write_tables(file, [table], check)
        return WrittenPlan(
            customers=len(audience.keys),
            shown=len(rows),
            value_cents=plan.value,
            bound_cents=plan.bound,
            prices=plan.prices,
            used=plan.used,
            lines=_lines(table),
            contacts_apart=contacts_apart,
            newer_customers=audience.newer_customers,
        )

    return made_without_withheld(workspace, make)


def _contacts(found: Offering, workspace: Workspace) -> tuple[PlainContacts | None, str]:
    """The contacts that may be held against the offers, or none and why."""
    snapshot = open_snapshot(workspace) if scores_in_use(workspace) is not None else None
    apart = why_scores_apart(found, snapshot)
    if snapshot is None or apart:
        return None, apart
    return PlainContacts.beside(found, snapshot), ""


def _table(candidates: Candidates, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> pa.Table:
    """The lines of the file, in the order of the rows."""
    choices = candidates.choices
    ids, keys = choices.offering.customer_ids, candidates.keys
    return pa.table(
        {
            "customer_id": [ids[int(keys[row])] for row in rows],
            "offer_id": [choices.names[one] for one in columns],
            "channel": [choices.channels[one] for one in columns],
            "net_gain_cents": np.round(candidates.net_gain[rows, columns], 2),
            "cost_cents": np.round(candidates.cost[rows, columns], 2),
            "source": candidates.sources(rows, columns).tolist(),
            "priority_cents": np.round(candidates.priority[rows, columns], 2),
        },
        schema=PLAN_SCHEMA,
    )


def _lines(table: pa.Table) -> tuple[PlanLine, ...]:
    """What a plan gives, offer by offer."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in table.drop_columns(["customer_id"]).to_pylist():
        found.setdefault(row["offer_id"], []).append(row)
    lines = (
        PlanLine(
            name,
            len(rows),
            float(sum(one["net_gain_cents"] for one in rows)),
            float(sum(one["cost_cents"] for one in rows)),
            tuple(sorted({one["source"] for one in rows})),
        )
        for name, rows in found.items()
    )
    return tuple(sorted(lines, key=lambda one: (-one.net_gain_cents, one.name)))


def _budgets(
    candidates: Candidates,
    most: int | None,
    budget_cents: int | None,
    channels: Mapping[str, int],
    least: Mapping[str, int],
) -> list[Budget]:
    choices = candidates.choices
    names = np.array(choices.names)
    budgets = []
    if most is not None:
        budgets.append(Budget("customers", float(most), np.ones(len(names))))
    if budget_cents is not None:
        budgets.append(Budget("cents", float(budget_cents), candidates.cost))
    for channel, count in channels.items():
        uses = np.array([float(one == channel) for one in choices.channels])
        budgets.append(Budget(channel, float(count), uses))
    for contact, capacity in choices.capacities.items():
        uses = (names == contact).astype(np.float64)
        budgets.append(Budget(f"capacity of {contact}", float(capacity), uses))
    for offer, count in least.items():
        uses = (names == offer).astype(np.float64)
        budgets.append(Budget(f"at least {offer}", float(count), uses, is_least=True))
    return budgets


def _refuse_unknown(named: Mapping[str, int], known: Sequence[str], what: str) -> None:
    for one in named:
        if one not in known:
            raise UsageRefused(
                expected=what,
                found=f'"{one}"',
                remedy=did_you_mean(one, list(known)),
            )
