"""What a pack says of itself: up to when it is known, which terms agreed ahead do not move, and its digest."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from features.company.settings.reading import settings_from
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.store.packing import _refuse_too_many, customers_with_events, digest_beside
from features.vocabulary.errors import DataRefused
from features.vocabulary.time import Cutoff
from tests.builders import Event, Profile, order, pack_of
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


@pytest.mark.parametrize("at_once", [1, 2, 3, 4, 5])
def test_what_customers_are_has_one_digest_in_blocks_of_any_size(at_once: int) -> None:
    who = {name: [order("2026-01-01")] for name in ("anna", "bert", "carl")}
    pack = pack_of(who, profiles={name: Profile() for name in who})
    content = hashlib.sha256()
    content.update(b"customer_ids.offsets:<i8:4;" + np.array([0, 4, 8, 12], "<i8").tobytes())
    content.update(b"customer_ids.content:|u1:12;annabertcarl")
    if pack.attributes.known is not None:
        known = pack.attributes.known
        content.update(f"attributes.known:{known.dtype.str}:3;".encode() + known.tobytes())
    for name, values in sorted(pack.attributes.columns.items()):
        content.update(f"attributes.column.{name}:{values.dtype.str}:3;".encode())
        content.update(values.tobytes())
    for name, texts in sorted(pack.attributes.dictionaries.items()):
        content.update(json.dumps(["attributes", name, list(texts)]).encode())
    assert digest_beside(pack, at_once=at_once) == content.hexdigest()


def test_a_pack_holds_as_many_customers_as_a_number_of_32_bits_counts() -> None:
    _refuse_too_many(2_147_483_647)
    with pytest.raises(DataRefused, match=r"found 2,147,483,648\."):
        _refuse_too_many(2_147_483_648)


def test_customers_are_counted_by_the_rows_they_have_in_a_table() -> None:
    bought, nothing = [order("2026-01-01"), order("2026-01-02")], list[Event]()
    pack = pack_of({"anna": bought, "bert": nothing, "carl": [order("2026-01-03")]})
    assert pack.customers == 3 and customers_with_events(pack, "purchases") == 2
