"""Campaigns as rows of the company's table of exposures, from which a training measures what each contact does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from features.company.workspace import Workspace
from features.exports.table_files import write_tables
from features.vocabulary.words import CONTROL, TREATED
from serving.ledger.administration import made_without_withheld
from serving.ledger.ledger import ledger_of
from serving.ledger.privacy import Withheld

_SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("offer_id", pa.string()),
        ("shown_at", pa.timestamp("s", "UTC")),
        ("arm", pa.string()),
        ("action_probability", pa.float64()),
    ]
)


def write_exposures(workspace: Workspace, path: Path) -> int:
    """Write everybody who was drawn for a campaign with a hold-out, contacted or not, as Parquet or CSV; says how many rows.

    ``offer_id`` is the contact, ``shown_at`` the first day of the campaign (UTC), ``action_probability`` the exact chance to be contacted. Who
    objected or was erased is not in it.
    """

    def make(withheld: Withheld, check: Callable[[], None]) -> int:
        nobody = withheld.objected | withheld.erased
        columns: dict[str, list[object]] = {name: [] for name in _SCHEMA.names}
        with ledger_of(workspace) as ledger:
            for campaign in reversed(ledger.campaigns.all()):
                if not campaign.hold_out_percent:
                    continue
                began = datetime.fromtimestamp(campaign.starts_at, UTC)
                chance = 1.0 - campaign.hold_out_percent / 100
                for one in ledger.campaigns.members(campaign.campaign_id):
                    if one.customer_id not in nobody:
                        arm = CONTROL if one.is_held_out else TREATED
                        row = one.customer_id, one.action, began, arm, chance
                        for name, value in zip(_SCHEMA.names, row, strict=True):
                            columns[name].append(value)
        return write_tables(path, [pa.table(columns, _SCHEMA)], check)

    return made_without_withheld(workspace, make)
