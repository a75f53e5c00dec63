"""Protected attributes are read from the sorted table, for the customers looked at and for nobody else."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from features.company.settings.reading import settings_from
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.store.store import Store
from tests.features.tables import COLUMNS, SEVEN, write_table
from training.safeguards.fairness.protected import protected_attributes

NAN = float("nan")


def store_of(folder: Path, **columns: str) -> Store:
    """A shop with twenty-two who were asked their age and gender, of whom one told neither."""
    write_table(folder / "purchases.parquet", SEVEN)
    rows = [(f"n{at:02d}", 20 + at, "f" if at % 2 else "m") for at in range(21)]
    write_table(folder / "customers.parquet", [*rows, ("zoe", None, None)], ("id", "a", "g"))
    tables = {
        "purchases": {"source": "purchases.parquet", "columns": dict(COLUMNS)},
        "customers": {
            "source": "customers.parquet",
            "columns": {"customer_id": "id", "shoe_size": "a", **columns},
        },
    }
    settings = settings_from({"tables": tables}, folder=folder)
    return ingest(settings, Workspace(folder / "ws")).store


def test_they_are_read_by_their_names_for_the_rows_asked_for(tmp_path: Path) -> None:
    store = store_of(tmp_path, age="a", gender="g")
    pack = store.pack()
    assert set(pack.attributes.columns) == {"shoe_size_milli"}
    asked = [pack.customer_ids.find(one) for one in ("zoe", "n03", "anna", "n03", "n10")]
    keys = np.array([*asked, *range(pack.customers)], np.int32)
    found = {one.name: one.sides for one in protected_attributes(store, pack, keys)}
    assert set(found) == {"age", "gender"}
    (age,), (gender,) = found["age"], found["gender"]
    assert age[1] == age[3] and age[4] - age[1] == 7_000
    # Of two texts the commoner tells both: n03 is a woman, n10 a man.
    assert gender[1] == gender[3] != gender[4]
    assert np.isnan([age[0], age[2], gender[0], gender[2]]).all()


def test_a_text_that_fewer_than_ten_of_them_share_is_not_looked_at(tmp_path: Path) -> None:
    store = store_of(tmp_path, gender="g")
    pack = store.pack()
    few = np.array([pack.customer_ids.find("n03"), pack.customer_ids.find("n10")], np.int32)
    (gender,) = protected_attributes(store, pack, few)
    assert gender.sides == ()


def test_where_none_is_mapped_there_is_nothing_to_tell(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    pack = store.pack()
    assert protected_attributes(store, pack, np.arange(3, dtype=np.int32)) == ()
