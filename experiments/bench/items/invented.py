"""An invented company of any size, as a pack and a model over it, without any file of purchases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.store.pack import EventStream, Pack, TextColumn, open_pack, write_pack
from features.vocabulary.time import DAY_SECONDS, Cutoff
from serving.items.recommending import Recommending
from training.bundles.bundle import opened as open_bundle
from training.bundles.bundle import write
from training.bundles.manifest import Manifest
from training.datasets.purchases.catalogue import Catalogue
from training.datasets.purchases.sold import Sold
from training.families.items.balance.balance import Balance
from training.families.items.bundle import ITEM_KIND, ItemBundle, ItemTask
from training.families.items.pairs.pairs import PairFinder
from training.families.items.ranker import Origin, Ranker
from training.families.items.recommenders.item_kernel import ItemKernel

DAYS = 400
LINES = 20
NEIGHBOURS = 100
TAUGHT = 2_000
_AT_ONCE = 100_000


def write_company(folder: Path, *, customers: int, items: int) -> None:
    """Write a pack of ``LINES`` lines a customer, and a model with ``NEIGHBOURS`` neighbours an item."""
    random = np.random.default_rng(7)
    # Popular items are bought as often as Zipf says; customers keep to a neighbourhood of items.
    stream = _purchases(customers, items, random)
    ids = TextColumn.of([f"{one:07d}" for one in range(customers)])
    pack = Pack(ids, {"purchases": stream}, DAYS * DAY_SECONDS - 1, "invented")
    write_pack(pack, folder / "pack")
    catalogue = Catalogue.of(
        [f"i{one:06d}" for one in range(items)],
        categories={f"i{one:06d}": f"c{one % 50:02d}" for one in range(items)},
    )
    sold = Sold.of(stream, catalogue)
    end = Cutoff(DAYS * DAY_SECONDS)
    before = sold.before(end)
    shelf = PairFinder(_kernel(items, random), sold.facts(before, end))
    then = end.plus_days(-30)
    people = np.arange(min(customers, TAUGHT))
    origin = Origin.of(shelf, sold.before(then).select(people), sold.after(then, 30).select(people))
    ranker = Ranker.fit([origin], rounds=150, threads=2)
    bundle = ItemBundle(_manifest(), catalogue, shelf, ranker, Balance.none())
    write(ITEM_KIND, bundle.manifest, bundle, folder / "bundle")


def opened(folder: Path) -> Recommending:
    """The company's model over its pack."""
    return Recommending(open_bundle(ITEM_KIND, folder / "bundle"), open_pack(folder / "pack"))


def _purchases(customers: int, items: int, random: np.random.Generator) -> EventStream:
    lines = customers * LINES
    home = np.repeat(random.integers(0, items, customers), LINES)
    near = (home + random.geometric(0.02, lines)) % items
    popular = (items * random.random(lines) ** 3).astype(np.int64)
    item = np.where(random.random(lines) < 0.7, near, popular).astype(np.int32)
    # Every third line repeats the one before.
    repeats = np.flatnonzero(np.arange(lines) % 3 == 2)
    item[repeats] = item[repeats - 1]
    day = np.sort(random.integers(0, DAYS, (customers, LINES)), axis=1).ravel()
    columns: dict[str, NDArray[np.integer[Any]]] = {
        "item": item,
        "quantity_milli": np.full(lines, 1_000),
        "amount_cents": 100 + 7 * (item.astype(np.int64) % 300),
    }
    return EventStream(
        offsets=np.arange(customers + 1) * LINES,
        seconds=day * DAY_SECONDS + 36_000,
        columns=columns,
        dictionaries={"item": [f"i{one:06d}" for one in range(items)]},
    )


def _kernel(items: int, random: np.random.Generator) -> ItemKernel:
    """Neighbours around each item, as co-purchase would find them."""
    steps = np.sort(random.choice(np.arange(1, 400), NEIGHBOURS, replace=False))
    neighbours = (np.arange(items)[:, None] + steps[None, :]) % items
    neighbours.sort(axis=1)
    weights = random.random((items, NEIGHBOURS)).astype(np.float32)
    offsets = np.arange(items + 1) * NEIGHBOURS
    return ItemKernel(offsets, neighbours.astype(np.int32).ravel(), weights.ravel())


def _manifest() -> Manifest[ItemTask]:
    """A manifest that says what it must and nothing of figures."""
    return Manifest(
        name=ITEM_KIND.name,
        learner="two stages",
        title="invented",
        task=ItemTask(30, "invented"),
        feature_names=ITEM_KIND.own_features,
        features=(),
        groups=(),
        base_rate=0.0,
        data_digest="invented",
        data_cut="",
    )
