"""The column pack: written, opened, looked up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.store.pack import EventStream, Pack, TextColumn, open_pack, write_pack
from features.vocabulary.errors import WorkspaceRefused

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def small_pack(known: bool = True) -> Pack:
    """Two customers: anna with two lines, bert with none."""
    stream = EventStream(
        offsets=np.array([0, 2, 2]),
        seconds=np.array([10, 20]),
        known=np.array([15, 20]) if known else None,
        columns={"amount_cents": np.array([500, -500]), "channel": np.array([0, -1], np.int32)},
        dictionaries={"channel": ["web"]},
    )
    return Pack(TextColumn.of(["anna", "bert"]), {"purchases": stream}, 20, "digest")


@pytest.mark.parametrize("known", [True, False])
def test_what_is_written_is_read_back(tmp_path: Path, known: bool) -> None:
    write_pack(small_pack(known), tmp_path)
    pack = open_pack(tmp_path)
    stream = pack.streams["purchases"]
    assert list(pack.customer_ids) == ["anna", "bert"]
    assert stream.columns["amount_cents"].tolist() == [500, -500]
    assert stream.columns["channel"].tolist() == [0, -1]
    assert stream.dictionaries["channel"] == ["web"]
    assert (stream.known is not None) == known
    assert (pack.last_known, pack.digest, pack.customers) == (20, "digest", 2)


def test_a_stream_without_events_opens(tmp_path: Path) -> None:
    empty = EventStream(np.array([0, 0]), np.array([], np.int64), {"kind": np.array([], np.int32)})
    write_pack(Pack(TextColumn.of(["anna"]), {"contacts": empty}, 0, "d"), tmp_path)
    assert open_pack(tmp_path).streams["contacts"].rows == 0


@pytest.mark.parametrize("file", ["pack.json", "purchases.seconds.npy", "customer_ids.content.npy"])
def test_a_missing_or_damaged_file_is_refused_with_the_remedy(tmp_path: Path, file: str) -> None:
    write_pack(small_pack(), tmp_path)
    (tmp_path / file).write_bytes(b"{")
    with pytest.raises(WorkspaceRefused, match="regulars ingest"):
        open_pack(tmp_path)
    (tmp_path / file).unlink()
    with pytest.raises(WorkspaceRefused, match="regulars ingest"):
        open_pack(tmp_path)


@pytest.mark.parametrize("rows_at_once", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(
    ("amounts", "is_known"),
    [([], True), ([0], False), ([0, 0, 0, 0], False), ([1, 0, 0, 0], True), ([0, 0, 0, -1], True)],
)
def test_money_is_known_as_soon_as_one_line_says_it_in_whichever_part_it_stands(
    monkeypatch: pytest.MonkeyPatch, amounts: list[int], is_known: bool, rows_at_once: int
) -> None:
    """A table without a line may still get one that says what was paid; without a column nothing ever says it."""
    monkeypatch.setattr("features.store.pack._ROWS_AT_ONCE", rows_at_once)
    times = np.arange(len(amounts))
    offsets, columns = np.array([0, len(amounts)]), {"amount_cents": np.array(amounts, np.int64)}

    def known(**streams: EventStream) -> bool:
        return Pack(TextColumn.of(["anna"]), streams, 9, "digest").money_is_known

    assert known(purchases=EventStream(offsets, times, columns)) is is_known
    assert known(purchases=EventStream(offsets, times, {})) is False
    assert known(contacts=EventStream(offsets, times, columns)) is False


@given(st.sets(names, max_size=20), names)
def test_a_text_is_found_where_it_stands(texts: set[str], wanted: str) -> None:
    ordered = sorted(texts, key=lambda text: text.encode("utf-8"))
    column = TextColumn.of(ordered)
    assert list(column) == ordered
    assert column.find(wanted) == (ordered.index(wanted) if wanted in texts else -1)


def test_a_text_that_no_file_can_hold_is_not_found() -> None:
    assert TextColumn.of(["anna"]).find("\ud800") == -1


def test_texts_are_the_same_only_when_each_of_them_is() -> None:
    column = TextColumn.of(["a", "bc"])
    assert column.is_same(TextColumn.of(["a", "bc"]))
    for other in (["ab", "c"], ["a", "bd"], ["a"], []):
        assert not column.is_same(TextColumn.of(other))
