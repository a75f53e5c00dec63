"""Up to when a company of contracts alone is known: terms agreed ahead do not move it."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.company.settings.reading import settings_from
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.vocabulary.time import Cutoff
from tests.features.tables import write_table

TERMS = [
    ("anna", "k1", "2026-01-01 00:00:00"),
    ("bert", "k2", "2026-03-01 09:59:59"),
    ("carl", "k3", "2026-03-01 10:00:00"),
    ("dora", "k4", "2027-01-01 00:00:00"),
]


@pytest.mark.parametrize(
    ("as_of", "known"),
    [
        ("", "2027-01-01T00:00:00"),
        ("2026-03-01T09:59:59", "2026-01-01T00:00:00"),
        ("2026-03-01T10:00:00", "2026-03-01T09:59:59"),
        ("2026-03-01T10:00:01", "2026-03-01T10:00:00"),
    ],
)
def test_of_contracts_alone_the_last_that_is_known_began_before_the_day_we_stand_at(
    tmp_path: Path, as_of: str, known: str
) -> None:
    write_table(tmp_path / "contracts.parquet", TERMS, ("who", "contract", "begins"))
    columns = {"customer_id": "who", "contract_id": "contract", "starts_at": "begins"}
    table = {"source": "contracts.parquet", "columns": columns}
    mapped = settings_from(
        {"company": {"currency": "EUR"}, "tables": {"contracts": table}}, folder=tmp_path
    )
    day = Cutoff.parse(as_of) if as_of else None
    store = ingest(mapped, Workspace(tmp_path / "ws"), as_of=day).store
    assert Cutoff(store.pack().last_known) == Cutoff.parse(known)
