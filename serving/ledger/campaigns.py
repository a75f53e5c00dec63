"""Campaigns of contacts as they were frozen: to whom, who was held out by lot, what became of each contact, what all of it brought."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from features.vocabulary.errors import UsageRefused, did_you_mean
from features.vocabulary.time import DAY_SECONDS
from serving.ledger.database import TABLES
from serving.ledger.durable import durably
from serving.ledger.statements import Statements, columns, places

sa.Table(
    "campaigns",
    TABLES,
    sa.Column("campaign_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("goal", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("starts_at", sa.Integer, nullable=False),
    sa.Column("window_days", sa.Integer, nullable=False),
    sa.Column("hold_out_percent", sa.Integer, nullable=False),
    sa.Column("is_measurable", sa.Integer, nullable=False),
    sa.Column("made_from", sa.Text, nullable=False),
    sa.Column("frozen_at", sa.Integer, nullable=False),
    sa.Column("measured_at", sa.Integer),
    sa.Column("result", sa.Text, nullable=False, server_default=""),
)
sa.Table(
    "campaign_members",
    TABLES,
    sa.Column("campaign_id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, primary_key=True, index=True),
    sa.Column("decision_id", sa.Text, nullable=False, index=True),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("is_held_out", sa.Integer, nullable=False),
    sa.Column("lifecycle_status", sa.Text, nullable=False),
    sa.Column("risk", sa.Float, nullable=False),
    sa.Column("chance_kept", sa.Float, nullable=False),
    sa.Column("if_kept_cents", sa.Integer, nullable=False),
    sa.Column("cost_cents", sa.Integer, nullable=False),
    sa.Column("net_gain_cents", sa.Integer, nullable=False),
    sa.Column("frozen_at", sa.Integer, nullable=False),
)
sa.Table(
    "campaign_outcomes",
    TABLES,
    sa.Column("campaign_id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, primary_key=True, index=True),
    sa.Column("happened_at", sa.Integer, primary_key=True),
    sa.Column("outcome", sa.Text, primary_key=True),
    sa.Column("reported_at", sa.Integer, nullable=False),
)


@dataclass(frozen=True)
class FrozenCampaign:
    """One campaign: its terms, which never change once it is frozen, and its result where it was measured.

    It runs over ``[starts_at, starts_at + window_days)``. ``made_from`` names the model, the scores and the contacts it was planned by.
    ``is_measurable`` says whether its hold-out can answer what it brings. ``result`` holds sums and counts, and no customer.
    """

    campaign_id: str
    name: str
    goal: str
    owner: str
    starts_at: int
    window_days: int
    hold_out_percent: int
    is_measurable: bool
    made_from: Mapping[str, Any]
    frozen_at: int
    measured_at: int | None = None
    result: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class CampaignMember:
    """One customer of a campaign, with the action chosen for them and what was expected of it when it was frozen."""

    campaign_id: str
    customer_id: str
    decision_id: str
    action: str
    is_held_out: bool
    lifecycle_status: str
    risk: float
    chance_kept: float
    if_kept_cents: int
    cost_cents: int
    net_gain_cents: int
    frozen_at: int


@dataclass(frozen=True)
class ContactOutcome:
    """What became of one contact."""

    campaign_id: str
    customer_id: str
    happened_at: int
    outcome: str
    reported_at: int


@dataclass(frozen=True)
class CampaignMembership:
    """That a customer is in a campaign: which, when it begins, and which contact was meant for them."""

    campaign_id: str
    name: str
    starts_at: int
    customer_id: str
    decision_id: str
    action: str
    is_held_out: bool


_RUNNING = "WHERE starts_at <= ? AND starts_at + window_days * ? > ?"
"""Whose window holds an instant, which is given before and after the seconds of a day."""
_TERMS = tuple(one.name for one in fields(FrozenCampaign))
_MEMBER = tuple(one.name for one in fields(CampaignMember))
_OUTCOME = tuple(one.name for one in fields(ContactOutcome))
_member_values, _outcome_values = attrgetter(*_MEMBER), attrgetter(*_OUTCOME)


def _insert(table: str, names: Sequence[str], end: str = "") -> str:
    return f"INSERT INTO {table} ({columns(names)}) VALUES ({places(names)}){end}"


class Campaigns:
    """The campaigns so far; safe to share between threads and between processes."""

    def __init__(self, path: Path, statements: Statements) -> None:
        self._path, self._statements = path, statements

    def freeze(self, campaign: FrozenCampaign, members: Sequence[CampaignMember]) -> None:
        """Write a campaign with all of its customers down, on the disk when this ends, or nothing of it.

        Raises ``UsageRefused`` where a campaign of that name exists.
        """
        with durably(self._path) as connection:
            if connection.execute(
                "SELECT 1 FROM campaigns WHERE name = ?", (campaign.name,)
            ).fetchone():
                raise UsageRefused(
                    expected="a name no campaign has had",
                    found=f'"{campaign.name}", which is one already',
                    remedy="Give it another name: what was frozen stays as it is.",
                )
            connection.execute(_insert("campaigns", _TERMS), _campaign_values(campaign))
            connection.executemany(
                _insert("campaign_members", _MEMBER), [_member_values(one) for one in members]
            )

    def all(self) -> list[FrozenCampaign]:
        """Every campaign, the latest first."""
        query = f"SELECT {columns(_TERMS)} FROM campaigns ORDER BY frozen_at DESC, campaign_id"
        return [_campaign_of(row) for row in self._statements.rows(query)]

    def named(self, name: str) -> FrozenCampaign:
        """A campaign by its name; ``UsageRefused`` where there is none."""
        found = self._statements.rows(
            f"SELECT {columns(_TERMS)} FROM campaigns WHERE name = ?", (name,)
        )
        if not found:
            known = [one.name for one in self.all()]
            raise UsageRefused(
                expected="the name of a campaign",
                found=f'"{name}"',
                remedy=did_you_mean(name, known) if known else "No campaign was started yet.",
            )
        return _campaign_of(found[0])

    def of_id(self, campaign_id: str) -> FrozenCampaign | None:
        """A campaign by its id; None where there is none."""
        query = f"SELECT {columns(_TERMS)} FROM campaigns WHERE campaign_id = ?"
        found = self._statements.rows(query, (campaign_id,))
        return _campaign_of(found[0]) if found else None

    def hold_out_percent(self, name: str) -> int | None:
        """Of a hundred customers so many a campaign was started to hold out; None where there is none of this name."""
        found = self._statements.rows(
            "SELECT hold_out_percent FROM campaigns WHERE name = ?", (name,)
        )
        return int(found[0][0]) if found else None

    def members(self, campaign_id: str) -> list[CampaignMember]:
        """The customers of a campaign as they were frozen, the highest expected gain first, without whoever was erased since."""
        rows = self._statements.rows(
            f"SELECT {columns(_MEMBER)} FROM campaign_members WHERE campaign_id = ? "
            "ORDER BY net_gain_cents DESC, customer_id",
            (campaign_id,),
        )
        return [_member_of(row) for row in rows]

    def running_at(self, instant: int) -> tuple[str, ...]:
        """The ids of every campaign whose window holds an instant."""
        rows = self._statements.rows(
            f"SELECT campaign_id FROM campaigns {_RUNNING} ORDER BY campaign_id",
            (instant, DAY_SECONDS, instant),
        )
        return tuple(campaign_id for (campaign_id,) in rows)

    def running_with(self, instant: int) -> frozenset[str]:
        """The customers of every campaign whose window holds an instant, contacted or held out."""
        rows = self._statements.rows(
            "SELECT DISTINCT customer_id FROM campaign_members JOIN campaigns USING (campaign_id) "
            f"{_RUNNING}",
            (instant, DAY_SECONDS, instant),
        )
        return frozenset(customer_id for (customer_id,) in rows)

    def also_in_others(self, campaign: FrozenCampaign) -> dict[str, list[str]]:
        """The customers of a campaign who are in others that run on a day of its window as well, with the names of these."""
        found: dict[str, list[str]] = {}
        for customer_id, name in self._statements.rows(
            "SELECT mine.customer_id, campaigns.name FROM campaign_members AS mine "
            "JOIN campaign_members AS other ON other.customer_id = mine.customer_id "
            "AND other.campaign_id != mine.campaign_id "
            "JOIN campaigns ON campaigns.campaign_id = other.campaign_id "
            "WHERE mine.campaign_id = ? AND campaigns.starts_at < ? "
            "AND campaigns.starts_at + campaigns.window_days * ? > ? "
            "ORDER BY mine.customer_id, campaigns.name",
            (
                campaign.campaign_id,
                campaign.starts_at + campaign.window_days * DAY_SECONDS,
                DAY_SECONDS,
                campaign.starts_at,
            ),
        ):
            found.setdefault(customer_id, []).append(name)
        return found

    def of_customers(self, customer_ids: Iterable[str]) -> list[CampaignMembership]:
        """The campaigns that some customers are in, the latest first."""
        rows = self._statements.rows(
            "SELECT campaign_id, name, starts_at, customer_id, decision_id, action, is_held_out "
            "FROM campaign_members JOIN campaigns USING (campaign_id) "
            "WHERE customer_id IN (SELECT value FROM json_each(?)) "
            "ORDER BY starts_at DESC, campaign_id, customer_id",
            (json.dumps(sorted(customer_ids)),),
        )
        return [_membership_of(row) for row in rows]

    def report(self, outcomes: Iterable[ContactOutcome]) -> list[bool]:
        """Keep what became of contacts, all or none; says of each whether it is new: the same twice is once."""
        insert = _insert("campaign_outcomes", _OUTCOME, " ON CONFLICT DO NOTHING")
        with durably(self._path) as connection:
            return [
                connection.execute(insert, _outcome_values(one)).rowcount == 1 for one in outcomes
            ]

    def outcomes(self, campaign_id: str) -> list[ContactOutcome]:
        """What became of the contacts of a campaign, by customer, the oldest first."""
        rows = self._statements.rows(
            f"SELECT {columns(_OUTCOME)} FROM campaign_outcomes WHERE campaign_id = ? "
            "ORDER BY customer_id, happened_at, outcome",
            (campaign_id,),
        )
        return [ContactOutcome(*row) for row in rows]

    def outcomes_of(self, customer_ids: Iterable[str]) -> list[ContactOutcome]:
        """What became of the contacts of some customers in any campaign, the latest first."""
        rows = self._statements.rows(
            f"SELECT {columns(_OUTCOME)} FROM campaign_outcomes "
            "WHERE customer_id IN (SELECT value FROM json_each(?)) "
            "ORDER BY happened_at DESC, campaign_id, outcome",
            (json.dumps(sorted(customer_ids)),),
        )
        return [ContactOutcome(*row) for row in rows]

    def keep_result(self, campaign_id: str, result: Mapping[str, Any], *, at: int) -> None:
        """Keep what a campaign brought; a later measurement takes the place of an earlier one."""
        written = json.dumps(result, sort_keys=True)
        with durably(self._path) as connection:
            connection.execute(
                "UPDATE campaigns SET result = ?, measured_at = ? WHERE campaign_id = ?",
                (written, at, campaign_id),
            )


def _campaign_values(one: FrozenCampaign) -> list[Any]:
    values = {name: getattr(one, name) for name in _TERMS}
    values["made_from"] = json.dumps(one.made_from, sort_keys=True)
    values["result"] = "" if one.result is None else json.dumps(one.result, sort_keys=True)
    return [values[name] for name in _TERMS]


def _member_of(row: Sequence[Any]) -> CampaignMember:
    values = dict(zip(_MEMBER, row, strict=True))
    return CampaignMember(**values | {"is_held_out": bool(values["is_held_out"])})


def _membership_of(row: Sequence[Any]) -> CampaignMembership:
    names = (one.name for one in fields(CampaignMembership))
    values = dict(zip(names, row, strict=True))
    return CampaignMembership(**values | {"is_held_out": bool(values["is_held_out"])})


def _campaign_of(row: Sequence[Any]) -> FrozenCampaign:
    values = dict(zip(_TERMS, row, strict=True))
    values["made_from"] = json.loads(values["made_from"])
    values["result"] = json.loads(values["result"]) if values["result"] else None
    values["is_measurable"] = bool(values["is_measurable"])
    return FrozenCampaign(**values)
