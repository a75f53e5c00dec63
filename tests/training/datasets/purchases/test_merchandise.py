"""What is never recommended teaches nothing: the purchases of merchandise are as if it had not been bought."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from features.company.settings.reading import settings_from
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.store.store import Store
from features.vocabulary.errors import ModelRefused
from features.vocabulary.tables import UNKNOWN_ITEM
from features.vocabulary.time import Cutoff
from tests.builders import at, line, pack_of
from tests.features.tables import COLUMNS, SEVEN, Row, write_table
from training.datasets.purchases.catalogue import Catalogue
from training.datasets.purchases.merchandise import NotRecommended
from training.datasets.purchases.sold import Sold

POSTED: tuple[Row, ...] = (
    ("anna", "o1", "2026-01-01 10:00", "POST", 1, 4.90),
    ("anna", "o2", "2026-01-08 10:00", UNKNOWN_ITEM, 1, 3.00),
    ("bert", "o3", "2026-01-02 09:00", "POST", 1, 4.90),
    ("dora", "o7", "2026-01-06 09:00", "R10", 1, -5.00),
)
ARTICLES: tuple[Row, ...] = (
    ("tea", "Tea", "yes"),
    ("cup", "Cup", None),
    ("POST", "Postage", "no"),
    ("R10", "Discount", "no"),
    ("TEST", "Test", "no"),
)


def store_of(folder: Path, rows: tuple[Row, ...], *, flag: str = "flag") -> Store:
    folder.mkdir()
    write_table(folder / "purchases.parquet", rows)
    write_table(folder / "items.parquet", ARTICLES, ("item", "title", "flag"))
    items = {"item_id": "item", "name": "title"} | ({"is_merchandise": flag} if flag else {})
    tables = {
        "purchases": {"source": "purchases.parquet", "columns": dict(COLUMNS)},
        "items": {"source": "items.parquet", "columns": items},
    }
    company = {"company": {"currency": "EUR"}, "tables": tables}
    return ingest(settings_from(company, folder=folder), Workspace(folder / "ws"), threads=1).store


@pytest.fixture(scope="module")
def posted(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return store_of(tmp_path_factory.mktemp("posted") / "shop", SEVEN + POSTED)


def test_postage_stays_money_and_is_in_no_catalogue(posted: Store) -> None:
    stream = posted.pack().streams["purchases"]
    # 33.75 of the articles, and 4.90 + 3.00 + 4.90 - 5.00 of what comes with them.
    assert int(stream.columns["amount_cents"].sum()) == 3_375 + 780
    assert list(Catalogue.of_store(posted).ids) == ["cup", "pot", "tea"]


def test_what_is_learned_from_is_as_if_postage_had_not_been_bought(
    posted: Store, tmp_path: Path
) -> None:
    plain = Sold.of_store(store_of(tmp_path / "plain", SEVEN))
    found, cutoff = Sold.of_store(posted), Cutoff.parse("2026-01-20")
    assert list(found.catalogue.ids) == list(plain.catalogue.ids)
    mine, theirs = found.before(cutoff), plain.before(cutoff)
    # Dora, who had a discount and nothing else, bought nothing.
    assert mine.select(np.arange(3)).offsets.tolist() == theirs.offsets.tolist()
    assert np.diff(mine.offsets)[3] == 0
    for name in ("items", "seconds", "pieces"):
        assert getattr(mine, name).tolist() == getattr(theirs, name).tolist()
    assert np.array_equal(
        found.facts(mine, cutoff).price, plain.facts(theirs, cutoff).price, equal_nan=True
    )


def test_without_a_line_about_merchandise_only_the_unknown_item_is_none(tmp_path: Path) -> None:
    store = store_of(tmp_path / "unsaid", SEVEN + POSTED, flag="")
    assert list(Catalogue.of_store(store).ids) == ["POST", "R10", "TEST", "cup", "pot", "tea"]
    assert UNKNOWN_ITEM in NotRecommended.of_store(store)


@pytest.mark.parametrize("named", ["tea", "TEA", " Tea\u00a0"])
def test_the_settings_leave_out_more_in_any_capitals(posted: Store, named: str) -> None:
    found = NotRecommended.of_store(posted, [named])
    assert "tea" in found and "POST" in found and "cup" not in found
    assert list(Sold.of_store(posted, without=[named]).catalogue.ids) == ["cup", "pot"]


def test_where_nothing_is_merchandise_nothing_can_be_learned(tmp_path: Path) -> None:
    store = store_of(tmp_path / "nothing", SEVEN[:3] + SEVEN[5:], flag="'no'")
    with pytest.raises(ModelRefused, match="is_merchandise of the table of items"):
        Sold.of_store(store)


def test_a_model_that_was_trained_before_forgets_what_is_left_out_now(tmp_path: Path) -> None:
    store = store_of(tmp_path / "before", SEVEN, flag="")
    sold, cutoff = Sold.of_store(store), Cutoff.parse("2026-01-20")
    found = sold.leaving_out(NotRecommended(frozenset({"tea"})))
    assert list(found.catalogue.ids) == list(sold.catalogue.ids)
    tea = sold.catalogue.find("tea")
    bought = sold.before(cutoff)
    assert found.before(cutoff).items.tolist() == [
        one for one in bought.items.tolist() if one != tea
    ]
    assert sold.leaving_out(NotRecommended()).before(cutoff).items.tolist() == bought.items.tolist()


@pytest.mark.parametrize("known", ["2026-01-10", None])
def test_what_one_customer_had_bought_is_what_was_known_then_as_among_all(
    known: str | None,
) -> None:
    lines = [line("2026-01-01", item="tea"), line("2026-01-02", item="cup", known=known)]
    stream = pack_of({"anna": lines, "bert": [line("2026-01-03", item="cup")]}).streams["purchases"]
    sold = Sold.of(stream, Catalogue.of(["tea", "cup"]))
    found = {}
    for day in ("2026-01-01", "2026-01-05", "2026-01-10", "2026-01-11"):
        alone, among = sold.of_customer(0, at(day)), sold.before(at(day)).select(np.array([0]))
        assert alone.items.tolist() == among.items.tolist()
        assert alone.seconds.tolist() == among.seconds.tolist()
        found[day] = len(alone.items)
    late = 2 if known is None else 1
    assert list(found.values()) == [0, late, late, 2]
