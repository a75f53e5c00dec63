"""A company's past campaigns: drawn by lot, written down in both arms, and over before the year begins."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.bench.year.past import CAMPAIGNS, LATEST_DAYS, add_exposures, with_past
from experiments.world import WorldSpec
from experiments.world.answering.company import FutureCompany

SPEC = WorldSpec(customers=300, seed=2, lines_per_customer=20, days=760, items=120)
BEGIN = 735


def test_whoever_stands_as_treated_was_contacted_that_day_and_nobody_else(tmp_path: Path) -> None:
    future = FutureCompany(SPEC)
    company, rows = with_past(future, tmp_path / "company", BEGIN, 1)
    assert company.day == BEGIN
    days = np.unique(company.taken.day)
    assert len(days) == CAMPAIGNS
    assert days.max() == BEGIN - LATEST_DAYS
    table = rows.to_pandas()
    treated = table[table.arm == "treated"]
    day = (treated.shown_at.dt.tz_localize(None) - np.datetime64(SPEC.start)).dt.days
    said = set(zip(treated.customer_id.str[1:].astype(int), day, strict=True))
    assert said == set(zip(company.taken.person, company.taken.day, strict=True))
    assert 0.4 < len(treated) / len(table) < 0.6
    agrees = future.blocks[0].people.marketing_consent
    assert agrees[table.customer_id.str[1:].astype(int)].all()


def test_rows_of_contacts_are_appended_to_the_companys_exposures(tmp_path: Path) -> None:
    company, rows = with_past(FutureCompany(SPEC), tmp_path / "company", BEGIN, 1)
    company.write()
    before = pq.read_table(company.folder / "exposures.parquet")
    add_exposures(company.folder, [rows, rows.slice(0, 3)])
    after = pq.read_table(company.folder / "exposures.parquet")
    assert after.schema.equals(before.schema)
    assert after.slice(0, before.num_rows).equals(before)
    added = after.slice(before.num_rows)
    assert added.num_rows == rows.num_rows + 3
    assert added["customer_id"].to_pylist()[:5] == rows["customer_id"].to_pylist()[:5]
    assert added["revenue"].null_count == added.num_rows
    assert added["shown_at"].type == pa.timestamp("ms")
