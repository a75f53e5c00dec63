"""The company before its year: campaigns of contacts in which who is contacted was drawn by lot, as rows of exposures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.world import WorldSpec
from experiments.world.answering.actions_taken import KINDS
from experiments.world.answering.company import AnsweringCompany, FutureCompany
from features.vocabulary.time import DAY_SECONDS
from features.vocabulary.words import CONTROL, TREATED

CAMPAIGNS, EVERY_DAYS, LATEST_DAYS = 9, 45, 180
"""So many before the year, at this distance, the latest so long before it that its effect is over and seen."""
AUDIENCE_SHARE, CONTACTED_SHARE = 0.6, 0.5


def with_past(
    future: FutureCompany, folder: Path, begin_day: int, seed: int
) -> tuple[AnsweringCompany, Any]:
    """A company at the begin of its year, and the rows of exposures of what it did before: calls, letters and e-mails by turns, half of them held out."""
    first = begin_day - LATEST_DAYS - EVERY_DAYS * (CAMPAIGNS - 1)
    company, parts = AnsweringCompany(future, folder, first), []
    people = [block.people for block in future.blocks]
    agrees = np.concatenate([one.marketing_consent for one in people])
    acquired = np.concatenate([one.acquired_day for one in people])
    random = np.random.default_rng(seed)
    for campaign in range(CAMPAIGNS):
        is_asked = (random.random(len(agrees)) < AUDIENCE_SHARE) & agrees & (acquired < company.day)
        is_contacted = random.random(len(agrees)) < CONTACTED_SHARE
        kind = KINDS[campaign % len(KINDS)]
        company.contact(np.flatnonzero(is_asked & is_contacted), kind)
        parts.append(_rows(future.spec, company.day, kind, np.flatnonzero(is_asked), is_contacted))
        company.pass_days(EVERY_DAYS)
    company.pass_days(begin_day - company.day)
    return company, pa.concat_tables(parts)


def _rows(spec: WorldSpec, day: int, kind: str, asked: Any, is_contacted: Any) -> Any:
    shown = datetime.fromtimestamp(spec.first.seconds + day * DAY_SECONDS, UTC)
    return pa.table(
        {
            "customer_id": [f"C{one:07d}" for one in asked],
            "offer_id": [kind] * len(asked),
            "shown_at": pa.array([shown] * len(asked), pa.timestamp("s", "UTC")),
            "arm": [TREATED if one else CONTROL for one in is_contacted[asked]],
            "action_probability": [CONTACTED_SHARE] * len(asked),
        }
    )


def add_exposures(folder: Path, tables: Sequence[Any]) -> None:
    """Append rows of contacts to the company's file of exposures, as its systems would."""
    file = folder / "exposures.parquet"
    held = pq.read_table(file)
    more = []
    for table in tables:
        columns = [
            table[name].cast(held.schema.field(name).type)
            if name in table.column_names
            else pa.nulls(table.num_rows, held.schema.field(name).type)
            for name in held.column_names
        ]
        more.append(pa.table(columns, held.schema))
    pq.write_table(pa.concat_tables([held, *more]), file)
