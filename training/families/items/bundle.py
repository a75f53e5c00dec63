"""The recommendation model on disk: items and what goes with what, verified before it is parsed, and no customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import fields as fields_of
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.company.workspace import Workspace
from features.vocabulary.errors import ModelRefused
from training.bundles.admission import admitted_folder, refuse_other_digest
from training.bundles.manifest import Manifest, damaged
from training.bundles.reference import archive, unarchive
from training.families.churn.bundle import sealed, verified
from training.families.items.pairs.pairs import Shelf
from training.families.items.ranker import Ranker
from training.families.items.recommenders.item_kernel import ItemKernel
from training.purchases.bought import Bought
from training.purchases.catalogue import Catalogue
from training.purchases.item_facts import ItemFacts

RECOMMENDATIONS = "recommendations"
TOLERANCE = 1e-9
_CATALOGUE, _FACTS, _GOLDEN = "catalogue.npz", "facts.npz", "golden.npz"
_KERNEL = "kernel_{}.npz"
_GOLDEN_CUSTOMERS, _GOLDEN_ORDERS, _GOLDEN_SEED = 16, 4, 20_101_209
_DAY = 86_400


@dataclass(frozen=True)
class ItemBundle:
    """An opened model: candidates and their log-odds, for whatever purchases it is asked with."""

    manifest: Manifest
    catalogue: Catalogue
    shelf: Shelf
    ranker: Ranker

    def first_list(self) -> None:
        """Rank the candidates of one invented customer, to see how long it takes."""
        pairs = self.shelf.pairs(_invented(len(self.catalogue)).select(np.array([4])))
        self.ranker.pushes(pairs.values[np.argsort(-self.ranker.log_odds(pairs.values))[:20]])


def write_item_bundle(
    folder: Path, manifest: Manifest, *, catalogue: Catalogue, shelf: Shelf, ranker: Ranker
) -> Manifest:
    """Write a bundle into an empty or absent folder; returns the manifest with its digest."""
    bundle = ItemBundle(manifest, catalogue, shelf, ranker)
    facts = {one.name: getattr(shelf.facts, one.name) for one in fields_of(ItemFacts)}
    kernel = {
        _KERNEL.format(name): archive({name: values})
        for name, values in shelf.kernel.to_arrays().items()
    }
    golden = _answers(bundle)
    # Opening the bundle then proves its contributions against another program, not against themselves.
    proven = ranker.proven_pushes(golden["values"])
    if not np.allclose(golden["pushes"], proven, rtol=0.0, atol=TOLERANCE):
        raise damaged("contributions as LightGBM computes them", "others")
    contents = ranker.to_files() | kernel
    contents |= {
        _CATALOGUE: archive(catalogue.to_arrays()),
        _FACTS: archive(facts),
        _GOLDEN: archive(golden | {"pushes": proven}),
    }
    return sealed(folder, manifest, contents)


def open_item_bundle(folder: Path) -> ItemBundle:
    """Open a bundle: every hash is checked before anything is parsed, then golden answers.

    Raises ``BundleRefused`` as ``open_bundle`` does.
    """
    manifest, contents = verified(folder)
    try:
        kernel: dict[str, NDArray[Any]] = {}
        for name in ("offsets", "neighbours", "weights"):
            kernel |= unarchive(contents[_KERNEL.format(name)])
        facts = ItemFacts(**unarchive(contents[_FACTS]))
        bundle = ItemBundle(
            manifest,
            Catalogue.from_arrays(unarchive(contents[_CATALOGUE])),
            Shelf(ItemKernel.from_arrays(kernel), facts),
            Ranker.from_files(contents),
        )
        golden = unarchive(contents[_GOLDEN])
        fits = len(bundle.catalogue) == bundle.shelf.catalogue == len(facts.share)
        holds = fits and manifest.name == RECOMMENDATIONS and _agrees(bundle, golden)
    except (KeyError, ValueError, TypeError, IndexError, ModelRefused):
        raise damaged("a bundle with all its parts", "parts that do not fit together") from None
    if not holds:
        raise damaged("golden customers who are answered as they were", "other answers")
    return bundle


def current_item_bundle(workspace: Workspace) -> ItemBundle | None:
    """Open the model in use; None when none was promoted yet, ``BundleRefused`` when damaged."""
    folder = admitted_folder(workspace, RECOMMENDATIONS)
    if folder is None:
        return None
    bundle = open_item_bundle(folder)
    refuse_other_digest(folder, bundle.manifest.digest)
    return bundle


def _invented(catalogue: int) -> Bought:
    """Customers drawn by lot from the catalogue, so that nobody's purchases are kept; the first bought nothing."""
    random = np.random.Generator(np.random.PCG64(_GOLDEN_SEED))
    counts = np.arange(_GOLDEN_CUSTOMERS) % (_GOLDEN_ORDERS + 1) * bool(catalogue)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    items = random.integers(0, max(catalogue, 1), offsets[-1]).astype(np.int32)
    days = np.concatenate([np.arange(count) for count in counts]).astype(np.int64) * 9
    pieces = np.ones(offsets[-1], np.float32)
    return Bought(offsets, items, days * _DAY, pieces, catalogue, 60 * _DAY)


def _answers(bundle: ItemBundle) -> dict[str, NDArray[Any]]:
    pairs = bundle.shelf.pairs(_invented(len(bundle.catalogue)))
    found: dict[str, NDArray[Any]] = {
        "offsets": pairs.offsets,
        "items": pairs.items,
        "values": pairs.values,
    }
    return found | _ranked(bundle, pairs.values)


def _ranked(bundle: ItemBundle, values: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    ranker = bundle.ranker
    return {
        "log_odds": ranker.log_odds(values),
        "order_chance": ranker.order_chance(values),
        "pushes": ranker.pushes(values),
    }


def _agrees(bundle: ItemBundle, golden: Mapping[str, NDArray[Any]]) -> bool:
    """Whether candidates are found as they were, and the features that were kept are ranked as they were."""
    found = _answers(bundle) | _ranked(bundle, golden["values"].astype(np.float32, copy=False))
    if set(golden) != set(found):
        return False
    # Features are numbers of 32 bits, whose last digit is the machine's own.
    near = dict.fromkeys(found, 0.0) | {"values": 1e-5}
    return all(
        answer.shape == golden[name].shape
        and bool(np.allclose(answer, golden[name], near[name], TOLERANCE, equal_nan=True))
        for name, answer in found.items()
    )
