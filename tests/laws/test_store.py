"""The law of the store: one that grew by days, late rows and corrections is the one made in one go."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from features.company.settings.reading import Settings, settings_from
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.store.pack import Pack
from features.store.store import Store
from features.vocabulary.time import Cutoff
from tests.features.tables import COLUMNS, write_table

# Two customers in every file, so that no step leaves too little; days in three months and none at all.
DAYS = ("2026-01-30 23:59", "2026-01-31 10:00", "2026-02-01 00:00", "2026-02-14 08:00", "2026-03-02 09:00", "1900-01-01", "2026-06-01")  # fmt: skip
LINES = st.tuples(
    st.sampled_from(["anna", "bert", "zoë", "änne"]),
    st.sampled_from(["o1", "o2", "C3", "o10"]),
    st.sampled_from(DAYS),
    st.sampled_from(["tea", "cup", "pot", "ß"]),
    st.sampled_from([1, 2, -1]),
    st.sampled_from([1.0, 2.5]),
)
ALWAYS = [("anna", "a1", "2026-02-03", "tea", 1, 1.0), ("carl", "a2", "2026-02-03", "tea", 1, 1.0)]
FILES = ("a", "b", "c")
STEP = st.tuples(
    st.sampled_from([*FILES, "items"]), st.one_of(st.none(), st.lists(LINES, max_size=6))
)
AS_OF = (Cutoff.parse("2026-05-01"), Cutoff.parse("2026-07-01"))


def company(folder: Path, groups: dict[str, str]) -> Settings:
    write_table(folder / "items.parquet", list(groups.items()), ("item", "group"))
    mapped = {
        "purchases": {
            "source": "sales/*.parquet",
            "columns": {**COLUMNS, "known_at": "CASE WHEN quantity = 2 THEN TIMESTAMP '2026-03-20' END"},
            "set_aside": {"pots of two": "item = 'pot' AND quantity = 2"},
        },
        "items": {"source": "items.parquet", "columns": {"item_id": "item", "category": "group"}},
    }  # fmt: skip
    return settings_from({"tables": mapped}, folder=folder)


@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=2, max_size=5), as_of=st.lists(st.sampled_from(AS_OF), min_size=5, max_size=5))  # fmt: skip
@example(
    steps=[("a", [("zoë", "o1", DAYS[0], "tea", 1, 1.0)]), ("items", None)], as_of=[AS_OF[0]] * 5
)
def test_a_store_that_grew_is_the_one_made_in_one_go(
    steps: list[tuple[str, list[Any] | None]], as_of: list[Cutoff]
) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "sales").mkdir()
        write_table(folder / "sales" / "always.parquet", ALWAYS)
        groups = {"tea": "food", "cup": "china"}
        for (name, lines), until in zip(steps, as_of, strict=False):
            if name == "items":
                groups = {"tea": f"food {len(lines or ())}", **({"ß": "letters"} if lines else {})}
            elif lines:
                write_table(folder / "sales" / f"{name}.parquet", lines)
            else:
                (folder / "sales" / f"{name}.parquet").unlink(missing_ok=True)
            chosen = company(folder, groups)
            ingest(chosen, Workspace(folder / "grown"), as_of=until, threads=1)
        grown = ingest(chosen, Workspace(folder / "grown"), as_of=until, threads=1).store
        fresh = ingest(chosen, Workspace(folder / "fresh"), as_of=until, threads=2).store
        assert_same_store(grown, fresh)


def assert_same_store(grown: Store, fresh: Store) -> None:
    """Equal digests, arrays, dictionaries, files and reports."""
    assert grown.manifest.digest == fresh.manifest.digest
    assert grown.manifest == fresh.manifest
    assert_same_pack(grown.pack(), fresh.pack())
    left, right = grown.folder, fresh.folder
    names = sorted(str(one.relative_to(left)) for one in left.rglob("*") if one.is_file())
    assert names == sorted(str(one.relative_to(right)) for one in right.rglob("*") if one.is_file())
    for name in names:
        if name.endswith(".parquet"):
            assert parquet.read_table(left / name).equals(parquet.read_table(right / name)), name
        if name.endswith((".parquet", ".npy")):
            assert (left / name).read_bytes() == (right / name).read_bytes(), name


def assert_same_pack(grown: Pack, fresh: Pack) -> None:
    """The packs one array and one dictionary at a time, so that a difference shows where it is."""
    assert list(grown.customer_ids) == list(fresh.customer_ids)
    assert list(grown.streams) == list(fresh.streams)
    assert grown.last_known == fresh.last_known
    for name, one in fresh.streams.items():
        other = grown.streams[name]
        np.testing.assert_array_equal(other.offsets, one.offsets)
        np.testing.assert_array_equal(other.seconds, one.seconds)
        assert other.dictionaries == one.dictionaries
        assert (other.known is None) == (one.known is None)
        assert set(other.columns) == set(one.columns)
        for column, values in one.columns.items():
            np.testing.assert_array_equal(other.columns[column], values, err_msg=column)
