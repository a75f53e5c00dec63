"""The recommendation model, opened and on disk: items, what goes with what, and no customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.declarations.feature import Declaration
from training.bundles.kind import Arrays, Tolerance
from training.bundles.manifest import Manifest, Written
from training.bundles.reference import archive, unarchive
from training.datasets.purchases.bought import Bought
from training.datasets.purchases.catalogue import Catalogue
from training.datasets.purchases.item_facts import ItemFacts
from training.families.items.balance.balance import Balance
from training.families.items.pairs.pair_features import NAMES
from training.families.items.pairs.pairs import PairFinder
from training.families.items.ranker import Ranker
from training.families.items.recommenders.item_kernel import ItemKernel

RECOMMENDATIONS = "recommendations"
_CATALOGUE, _FACTS, _BALANCE = "catalogue.npz", "facts.npz", "balance.npz"
_KERNEL = "kernel_{}.npz"
_GOLDEN_CUSTOMERS, _GOLDEN_ORDERS, _GOLDEN_SEED = 16, 4, 20_101_209
_DAY = 86_400


@dataclass(frozen=True)
class ItemTask:
    """In how many days customers may buy an item, and by which kernel its candidates are found."""

    horizon_days: int
    kernel: str

    @property
    def gap_days(self) -> int:
        """None: what is bought counts from the cutoff on."""
        return 0

    @property
    def population(self) -> Mapping[str, int]:
        """No number: anybody is listed items."""
        return {}

    @property
    def said(self) -> str:
        """What is answered and of whom, in words."""
        return (
            f"Which items a customer buys in {self.horizon_days} days. Anybody is listed items, "
            "and who bought nothing what most buy."
        )

    def as_dict(self) -> dict[str, Any]:
        """The task as plain fields."""
        return asdict(self)


@dataclass(frozen=True)
class ItemBundle:
    """An opened model: candidates and their log-odds, for whatever purchases it is asked with."""

    manifest: Manifest[ItemTask]
    catalogue: Catalogue
    shelf: PairFinder
    ranker: Ranker
    balance: Balance

    def first_list(self) -> None:
        """Rank the candidates of one invented customer, to see how long it takes."""
        pairs = self.shelf.pairs(_invented(len(self.catalogue)).select(np.array([4])))
        self.ranker.pushes(pairs.values[np.argsort(-self.ranker.log_odds(pairs.values))[:20]])


class ItemKind:
    """What customers take next: the catalogue, what goes with what, and the ranker."""

    name = RECOMMENDATIONS
    tolerance = Tolerance(
        "golden customers who are answered as they were",
        "other answers",
        single=("values",),
        with_missing=True,
    )
    own_features = NAMES
    needs_store = True

    def task(self, written: Written) -> ItemTask:
        """The horizon and where candidates come from, as a manifest says it."""
        return ItemTask(**written)

    def declarations(self, model: ItemBundle) -> Sequence[Declaration]:
        """None: features are of pairs of a customer and an item."""
        return ()

    def contents(self, model: ItemBundle) -> Mapping[str, bytes]:
        """Its files."""
        facts = model.shelf.facts
        kernel = {
            _KERNEL.format(name): archive({name: values})
            for name, values in model.shelf.kernel.to_arrays().items()
        }
        return {
            **model.ranker.to_files(),
            **kernel,
            _CATALOGUE: archive(model.catalogue.to_arrays()),
            _BALANCE: archive(model.balance.to_arrays()),
            _FACTS: archive({one.name: getattr(facts, one.name) for one in fields(ItemFacts)}),
        }

    def read(self, manifest: Manifest[ItemTask], contents: Mapping[str, bytes]) -> ItemBundle:
        """The model out of its files; ``ValueError`` for parts of other catalogues."""
        kernel: dict[str, NDArray[Any]] = {}
        for name in ("offsets", "neighbours", "weights"):
            kernel |= unarchive(contents[_KERNEL.format(name)])
        facts = ItemFacts(**unarchive(contents[_FACTS]))
        catalogue = Catalogue.from_arrays(unarchive(contents[_CATALOGUE]))
        shelf = PairFinder(ItemKernel.from_arrays(kernel), facts)
        if not len(catalogue) == shelf.catalogue == len(facts.share):
            raise ValueError("parts of catalogues of other sizes")
        balance = Balance.from_arrays(unarchive(contents[_BALANCE]))
        return ItemBundle(manifest, catalogue, shelf, Ranker.from_files(contents), balance)

    def proof(self, model: ItemBundle) -> Arrays:
        """The candidates of customers drawn by lot from the catalogue, with their features."""
        pairs = model.shelf.pairs(_invented(len(model.catalogue)))
        return {"offsets": pairs.offsets, "items": pairs.items, "values": pairs.values}

    def answers(self, model: ItemBundle, proof: Arrays) -> Arrays:
        """The candidates found anew, and how those of the proof are ranked."""
        ranker, values = model.ranker, proof["values"]
        return {
            **self.proof(model),
            "log_odds": ranker.log_odds(values),
            "order_chance": ranker.order_chance(values),
            "pushes": ranker.pushes(values),
        }

    def proven(self, model: ItemBundle, proof: Arrays) -> Arrays:
        """What each feature adds, as LightGBM computes it."""
        return {"pushes": model.ranker.proven_pushes(proof["values"])}


ITEM_KIND = ItemKind()


def _invented(catalogue: int) -> Bought:
    """Customers drawn by lot from the catalogue, so that nobody's purchases are kept; the first bought nothing."""
    random = np.random.Generator(np.random.PCG64(_GOLDEN_SEED))
    counts = np.arange(_GOLDEN_CUSTOMERS) % (_GOLDEN_ORDERS + 1) * bool(catalogue)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    items = random.integers(0, max(catalogue, 1), offsets[-1]).astype(np.int32)
    days = np.concatenate([np.arange(count) for count in counts]).astype(np.int64) * 9
    pieces = np.ones(offsets[-1], np.float32)
    return Bought(offsets, items, days * _DAY, pieces, catalogue, 60 * _DAY)
