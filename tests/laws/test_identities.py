"""The laws of identities: merging is what replacing the ids by hand is, whatever the order and the days."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow.parquet as parquet
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from features.company.settings.reading import Settings, settings_from
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.store.store import Store
from tests.features.tables import COLUMNS, Row, write_table
from tests.laws.test_store import assert_same_pack, assert_same_store

IDS = ("anna", "bert", "carl", "dora", "10", "9")
PAIRS = st.dictionaries(st.sampled_from(IDS), st.sampled_from(IDS), max_size=5)
LINES = st.lists(
    st.tuples(
        st.sampled_from(IDS),
        st.sampled_from(["o1", "o2"]),
        st.sampled_from(["2026-01-30 23:59", "2026-02-01 00:00", "2026-03-02 09:00"]),
        st.sampled_from(["tea", "cup"]),
        st.sampled_from([1, -1]),
        st.sampled_from([1.0, 2.5]),
    ),
    max_size=8,
)
# Two people whom nothing merges, so that no company has one customer alone.
ALWAYS: tuple[Row, ...] = (
    ("emil", "a1", "2026-02-03", "tea", 1, 1.0),
    ("fritz", "a2", "2026-01-03", "tea", 1, 1.0),
)
REGIONS = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(["north", "south"])), max_size=5)


def person_of(one: str, pairs: Mapping[str, str]) -> str:
    """Whose an id is, one step after another; of a circle the smallest."""
    seen = [one]
    while pairs.get(seen[-1], seen[-1]) not in seen:
        seen.append(pairs[seen[-1]])
    following = pairs.get(seen[-1], seen[-1])
    return min(seen[seen.index(following) :])


def company(
    folder: Path,
    files: Mapping[str, Sequence[Row]],
    regions: Sequence[Row],
    pairs: Sequence[tuple[str, str]] | None,
) -> Settings:
    (folder / "sales").mkdir(parents=True, exist_ok=True)
    for name, rows in files.items():
        write_table(folder / "sales" / f"{name}.parquet", rows)
    write_table(folder / "people.parquet", [("emil", "north"), *regions], ("who", "where"))
    tables = {
        "purchases": {"source": "sales/*.parquet", "columns": COLUMNS},
        "customers": {"source": "people.parquet", "columns": {"customer_id": "who", "region": '"where"'}},
    }  # fmt: skip
    if pairs is not None:
        write_table(folder / "same.parquet", [("emil", "emil"), *pairs], ("id", "person"))
        columns = {"customer_id": "id", "person_id": "person"}
        tables["identities"] = {"source": "same.parquet", "columns": columns}
    return settings_from({"tables": tables}, folder=folder)


def stored(chosen: Settings, name: str) -> Store:
    return ingest(chosen, Workspace(chosen.folder / name), threads=1).store


@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(pairs=PAIRS, lines=LINES, regions=REGIONS)
@example(
    # One line of an order, by two of the ids of one person, is one line.
    pairs={"anna": "bert", "bert": "carl"},
    lines=[(one, "o1", "2026-03-02 09:00", "tea", 1, 1.0) for one in ("anna", "carl", "dora")],
    regions=[("anna", "south"), ("bert", "north"), ("carl", "south")],
)
@example(
    pairs={"anna": "bert", "bert": "anna", "9": "10"},
    lines=[(one, one, "2026-01-30 23:59", "cup", 1, 2.5) for one in ("anna", "bert", "9", "10")],
    regions=[],
)
def test_merging_ids_is_replacing_them_by_hand(
    pairs: dict[str, str], lines: list[Row], regions: list[Row]
) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        files = {"always": ALWAYS, **({"some": lines} if lines else {})}
        merged = stored(company(folder / "a", files, regions, list(pairs.items())), "ws")
        by_hand = {
            name: [(person_of(one, pairs), *rest) for one, *rest in rows]
            for name, rows in files.items()
        }
        told = [(person_of(one, pairs), where) for one, where in regions]
        replaced = stored(company(folder / "b", by_hand, told, None), "ws")
        assert merged.manifest.digest == replaced.manifest.digest
        assert_same_pack(merged.pack(), replaced.pack())
        assert parquet.read_table(merged.table("purchases")).equals(
            parquet.read_table(replaced.table("purchases"))
        )
        assert parquet.read_table(merged.table("customers")).equals(
            parquet.read_table(replaced.table("customers"))
        )
        other = merged.other_ids()
        assert {one: other.person(one) for one in IDS} == {
            one: person_of(one, pairs) for one in IDS
        }


@settings(max_examples=3, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(st.tuples(PAIRS, LINES), min_size=2, max_size=3),
    regions=REGIONS,
    lot=st.randoms(use_true_random=False),
)
def test_a_store_whose_identities_came_by_the_day_is_the_one_made_in_one_go(
    steps: list[tuple[dict[str, str], list[Row]]], regions: list[Row], lot: object
) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        files: dict[str, Sequence[Row]] = {"always": ALWAYS}
        for day, (pairs, lines) in enumerate(steps):
            files |= {f"day {day}": lines} if lines else {}
            chosen = company(folder, files, regions, list(pairs.items()))
            grown = stored(chosen, "grown")
        assert_same_store(grown, stored(chosen, "once"))
        shuffled = list(pairs.items())
        lot.shuffle(shuffled)  # type: ignore[attr-defined]
        other = stored(company(folder, files, regions, shuffled), "shuffled")
        assert grown.manifest.digest == other.manifest.digest
        assert_same_pack(grown.pack(), other.pack())
