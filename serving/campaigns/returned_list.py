"""The list of a campaign as it comes back: what became of each contact, read as people have filled it in."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from features.company.settings.sources import SourceSettings
from features.company.workspace import Workspace
from features.vocabulary.errors import DataRefused
from features.vocabulary.identifiers import normal_id
from features.vocabulary.time import Cutoff
from serving.campaigns.contact_list import OUTCOME, OUTCOME_ON
from serving.campaigns.outcome_words import SPOKEN_TO, TITLES, outcome_of
from serving.campaigns.outcomes import keep_outcomes
from serving.ledger.campaigns import CampaignMember, ContactOutcome, FrozenCampaign
from serving.ledger.ledger import ledger_of

_SHOWN = 5
_CUSTOMER, _DECISION = "customer_id", "decision_id"


@dataclass(frozen=True)
class ReportedOutcomes:
    """What a returned list brought: outcomes that are new, those known already, rows without one, and how many of each kind.

    ``held_out`` counts contacts with customers who were held out and should not have been contacted; ``objections`` those who asked
    not to be contacted any more, and are not from now on.
    """

    new: int
    known: int
    open: int
    held_out: int
    objections: int
    by_outcome: dict[str, int]


def report_outcomes(workspace: Workspace, name: str, file: Path, *, at: int) -> ReportedOutcomes:
    """Keep what a returned list says of its contacts; the same list twice changes nothing.

    Rows are known by ``decision_id``, else by ``customer_id``; ``outcome_on`` is the day of the contact, the first day of the campaign where
    it is empty. Whoever is said not to be contacted any more objects, and is withheld everywhere from then on. Raises ``DataRefused`` for a
    file that cannot be read, customers who are not in the campaign, and words that are no outcome: then nothing of it is kept. Rows of
    customers who were erased meanwhile are passed over.
    """
    with ledger_of(workspace) as ledger:
        campaign = ledger.campaigns.named(name)
        rows = _rows_of(file)
        members = ledger.campaigns.members(campaign.campaign_id)
        erased = ledger.privacy.erased_among({one.customer_id for one in rows if one.customer_id})
        rows = [one for one in rows if one.customer_id not in erased]
        found = _outcomes(campaign, members, rows, at)
        held = {one.customer_id for one in members if one.is_held_out}
        is_new, objections = keep_outcomes(ledger, found, at=at)
        return ReportedOutcomes(
            new=sum(is_new),
            known=len(is_new) - sum(is_new),
            open=len(rows) - len(found),
            held_out=len({one.customer_id for one in found if one.outcome in SPOKEN_TO} & held),
            objections=objections,
            by_outcome=dict(sorted(Counter(one.outcome for one in found).items())),
        )


@dataclass(frozen=True)
class _Row:
    """One row of the file that names somebody; ``number`` counts from 1 below the heading."""

    number: int
    customer_id: str
    decision_id: str
    outcome: str
    happened_on: date | None


def _rows_of(file: Path) -> list[_Row]:
    """The rows of a spreadsheet or a text file, whatever its encoding, marks and way of writing dates."""
    # A service that only answers has no use for a database of files.
    from features.sources.attachment import attach
    from features.sources.connection import connect, quoted

    with tempfile.TemporaryDirectory() as folder, connect(Path(folder)) as connection:
        source = attach(
            connection,
            "outcomes",
            SourceSettings(source=str(file.absolute())),
            folder=Path(),
            scratch=Path(folder),
        )
        columns = {
            wanted: source.named(wanted) for wanted in (_CUSTOMER, _DECISION, OUTCOME, OUTCOME_ON)
        }
        if columns[OUTCOME] is None or columns[_CUSTOMER] is columns[_DECISION] is None:
            raise DataRefused(
                expected=f"the columns {_DECISION} or {_CUSTOMER}, and {OUTCOME}",
                found=", ".join(source.columns) or "none",
                remedy="Send the list back as it went out, with its heading.",
            )
        texts = [one for name, one in columns.items() if one is not None and name != OUTCOME_ON]
        source = source.with_texts(texts)
        selected = ", ".join("NULL" if one is None else quoted(one) for one in columns.values())
        found = connection.execute(f"SELECT {selected} FROM {source.relation}").fetchall()
    return [_row(number, values) for number, values in enumerate(found, 1) if any(values)]


def _row(number: int, values: Sequence[Any]) -> _Row:
    customer_id, decision_id, outcome, happened_on = values
    return _Row(
        number,
        normal_id(_text(customer_id)),
        normal_id(_text(decision_id)),
        _text(outcome).strip(),
        _day(number, happened_on),
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _day(number: int, value: Any) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    raise DataRefused(
        expected=f"days in {OUTCOME_ON}, such as 2026-10-01",
        found=f"{value!r}",
        rows=str(number),
        remedy="Write every day in the same way, or leave the cell empty.",
    )


def _outcomes(
    campaign: FrozenCampaign, members: Sequence[CampaignMember], rows: Sequence[_Row], at: int
) -> list[ContactOutcome]:
    by_decision = {one.decision_id: one.customer_id for one in members}
    customers = {one.customer_id for one in members}
    strangers, unknown, found = [], [], []
    for row in rows:
        customer_id = by_decision.get(row.decision_id, row.customer_id)
        outcome = outcome_of(row.outcome) if row.outcome else None
        if customer_id not in customers:
            strangers.append(row)
        elif row.outcome and outcome is None:
            unknown.append(row)
        elif outcome is not None:
            happened = (
                campaign.starts_at
                if row.happened_on is None
                else Cutoff.at(row.happened_on).seconds
            )
            found.append(ContactOutcome(campaign.campaign_id, customer_id, happened, outcome, at))
    if strangers:
        raise DataRefused(
            expected=f'customers of the campaign "{campaign.name}"',
            found=f"{len(strangers):,} rows of others",
            rows=_numbers(strangers),
            remedy="Send back the list of this campaign; nothing of the file was kept.",
        )
    if unknown:
        raise DataRefused(
            expected=f"an outcome out of {', '.join(TITLES.values())}, or an empty cell",
            found=f"{len(unknown):,} rows with something else",
            rows=_numbers(unknown),
            remedy="Correct the cells and send the file again; nothing of it was kept.",
        )
    return found


def _numbers(rows: Sequence[_Row]) -> str:
    shown = ", ".join(str(one.number) for one in rows[:_SHOWN])
    return shown + (" …" if len(rows) > _SHOWN else "")
