"""The list of a campaign that people work: whom to contact and how, why, and columns for what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from features.company.workspace import Workspace
from features.exports.table_files import put_in_place
from features.exports.workbooks import DAY, TEXT, Kind, sheet
from features.lifecycle.stages import LifecycleStatus
from features.vocabulary.cells import (
    BYTE_ORDER_MARK,
    COMMA,
    SEMICOLON,
    SheetColumn,
    csv_of_columns,
)
from features.vocabulary.errors import UsageRefused, did_you_mean
from features.vocabulary.time import DAY_SECONDS
from serving.ledger.administration import made_without_withheld
from serving.ledger.campaigns import CampaignMember, FrozenCampaign
from serving.ledger.ledger import ledger_of
from serving.ledger.privacy import Withheld
from serving.snapshot.columns import DECLINED
from serving.snapshot.main_reasons import main_reasons
from serving.snapshot.reading import Snapshot, open_snapshot
from training.actions.actions import TITLES
from training.reasons.languages.language import Language
from training.reasons.points import MAIN_REASONS

ENDINGS = ("csv", "xlsx")
OUTCOME, OUTCOME_ON = "outcome", "outcome_on"
"""What whoever makes the contacts fills in."""
COLUMNS: Mapping[str, Kind] = {
    "decision_id": TEXT,
    "customer_id": TEXT,
    "action": TEXT,
    "contact_by": DAY,
    "status": TEXT,
    "risk_percent": 1,
    "value_if_kept": 2,
    "net_gain": 2,
    **{f"reason_{place}": TEXT for place in range(1, MAIN_REASONS + 1)},
    OUTCOME: TEXT,
    OUTCOME_ON: DAY,
}
"""The columns of the list, and what their cells are."""


class WrittenList(NamedTuple):
    """How many customers a list has, and how many of the contacted are not on it because contact is no longer allowed."""

    customers: int
    withheld: int
    file: str


def write_contact_list(
    workspace: Workspace, name: str, path: Path, *, language: Language, currency: str
) -> WrittenList:
    """Write whom a campaign contacts, the highest expected gain first, for a spreadsheet: CSV or Excel by the file's ending.

    Nobody who was held out is on it, and nobody who has objected, was erased or has refused contact since it was frozen: that is looked up anew
    each time, and once more when the file is put in place. The main reasons stand in words as long as the scores of the campaign are at
    hand. Raises ``UsageRefused`` for a campaign nobody knows and a file of another kind.
    """
    ending = path.suffix.lower().removeprefix(".")
    if ending not in ENDINGS or not path.parent.is_dir():
        raise UsageRefused(
            expected=f"a file that ends in .{' or .'.join(ENDINGS)}, in a folder that exists",
            found=path.name,
            remedy=did_you_mean(ending, list(ENDINGS)),
        )

    def make(withheld: Withheld, check: Callable[[], None]) -> WrittenList:
        with ledger_of(workspace) as ledger:
            campaign = ledger.campaigns.named(name)
            members = ledger.campaigns.members(campaign.campaign_id)
        contacted = [one for one in members if not one.is_held_out]
        snapshot = open_snapshot(workspace).without(withheld)
        allowed = [one for one in contacted if may_be_contacted(one.customer_id, snapshot)]
        cells = _cells(campaign, allowed, snapshot, language, currency)
        with put_in_place(path) as file:
            _write(file, ending, cells, language, scratch=path.parent)
            check()
        return WrittenList(len(allowed), len(contacted) - len(allowed), str(path))

    return made_without_withheld(workspace, make)


def may_be_contacted(customer_id: str, snapshot: Snapshot) -> bool:
    """Whether a customer may be contacted for marketing, by what is known now: nobody whom the scores do not know, or who said no to them."""
    key = snapshot.find(customer_id)
    if key < 0 or customer_id in snapshot.withheld.objected | snapshot.withheld.erased:
        return False
    return bool(snapshot.has_refused_contact[key] == 0 and snapshot.stage[key] != DECLINED)


def _cells(
    campaign: FrozenCampaign,
    members: Sequence[CampaignMember],
    snapshot: Snapshot,
    language: Language,
    currency: str,
) -> Mapping[str, list[str]]:
    """The cells of every column, numbers with a point before their decimals."""
    titles = {one.word: language.say(one.title) for one in LifecycleStatus}
    last_day = campaign.starts_at + (campaign.window_days - 1) * DAY_SECONDS
    contact_by = f"{datetime.fromtimestamp(last_day, UTC):%Y-%m-%d}"
    reasons = _reasons(campaign, members, snapshot, language, currency)
    return {
        "decision_id": [one.decision_id for one in members],
        "customer_id": [one.customer_id for one in members],
        "action": [language.say(TITLES[one.action]) for one in members],
        "contact_by": [contact_by] * len(members),
        "status": [titles[one.lifecycle_status] for one in members],
        "risk_percent": [f"{100 * one.risk:.1f}" for one in members],
        "value_if_kept": [f"{one.if_kept_cents / 100:.2f}" for one in members],
        "net_gain": [f"{one.net_gain_cents / 100:.2f}" for one in members],
        **{f"reason_{place + 1}": column for place, column in enumerate(reasons)},
        OUTCOME: [""] * len(members),
        OUTCOME_ON: [""] * len(members),
    }


def _reasons(
    campaign: FrozenCampaign,
    members: Sequence[CampaignMember],
    snapshot: Snapshot,
    language: Language,
    currency: str,
) -> list[list[str]]:
    """The main reasons of each customer in words, a list a place; empty where the scores at hand are not those of the campaign."""
    made_from = campaign.made_from
    is_its_own = (
        made_from["model_digest"] == snapshot.manifest["model_digest"]
        and made_from["cutoff_seconds"] == snapshot.cutoff_seconds
    )
    if not is_its_own or not members:
        return [[""] * len(members) for _ in range(MAIN_REASONS)]
    places = snapshot.places[[snapshot.find(one.customer_id) for one in members]]
    wording = snapshot.wording(currency, language)
    found = main_reasons(snapshot, places, snapshot.values, wording)
    texts = np.where(found.points > 0, found.texts, "")
    return [texts[:, place].tolist() for place in range(MAIN_REASONS)]


def _write(
    file: BinaryIO,
    ending: str,
    cells: Mapping[str, list[str]],
    language: Language,
    *,
    scratch: Path,
) -> None:
    columns = [
        SheetColumn(column, is_number=isinstance(COLUMNS[name], int))
        for name, column in cells.items()
    ]
    if ending == "xlsx":
        with sheet(file, COLUMNS, scratch=scratch) as lines:
            lines.add(columns)
        return
    spelling = SEMICOLON if language.written("0.5") == "0,5" else COMMA
    heading = [SheetColumn([name]) for name in COLUMNS]
    text = csv_of_columns(heading, spelling) + csv_of_columns(columns, spelling)
    file.write((BYTE_ORDER_MARK + text).encode("utf-8", "replace"))
