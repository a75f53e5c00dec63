"""The model of offers on disk: offers, propensity, effect and tastes, verified before it is parsed, and no customer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.company.workspace import Workspace
from features.declarations.values import Declaration
from features.plan.text import plan_from_text, plan_to_text
from features.store.pack import TextColumn
from features.vectors.vectors import Vectors
from features.vocabulary.errors import ModelRefused, PlanRefused
from training.bundles.admission import admitted_folder, refuse_other_digest
from training.bundles.manifest import Manifest, damaged
from training.bundles.reference import archive, unarchive
from training.families.churn.bundle import PLAN_FILE, refuse_other_plan, sealed, spoken, verified
from training.families.offers.exposures.crosses import CROSSES
from training.families.offers.exposures.tastes import Tastes
from training.families.offers.exposures.terms import Offers
from training.families.offers.persuasion import PERSUASION_FILE, Persuasion
from training.families.offers.propensity import Propensity
from training.learners.model import Floats

OFFERS = "offers"
GOLDEN_ROWS = 64
TOLERANCE = 1e-9
_TASTES, _GOLDEN, _SEED = "tastes.npz", "golden.npz", 20_150_401


@dataclass(frozen=True)
class OfferBundle:
    """An opened model: of vectors with crosses, how likely each customer takes an offer and what it changes."""

    manifest: Manifest
    declarations: tuple[Declaration, ...]
    offers: Offers
    propensity: Propensity
    persuasion: Persuasion | None
    tastes: Tastes

    def vectors(self, values: NDArray[np.float32]) -> Vectors:
        """Rows of the manifest's features as vectors of nobody."""
        nobody = np.zeros(len(values), np.int32)
        names = tuple(self.manifest.feature_names)
        seconds = nobody.astype(np.int64)
        return Vectors(self.manifest.plan_hash, names, nobody, seconds, values)

    def contributions(self, values: NDArray[np.float32]) -> Floats:
        """What each feature the model reads adds to its log-odds, before they are brought to their level."""
        return self.propensity.model.contributions(self.prepared(values))

    def prepared(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """The columns the model of propensities reads, in its order and held to their bounds."""
        columns = self.propensity.model.columns
        prepared: NDArray[np.float32] = columns.prepare(values, self.positions)
        return prepared

    @cached_property
    def positions(self) -> NDArray[np.intp]:
        """Where the model's columns stand among the manifest's features."""
        return self.propensity.model.columns.positions(tuple(self.manifest.feature_names))


def write_offer_bundle(folder: Path, bundle: OfferBundle) -> Manifest:
    """Write a bundle into an empty or absent folder; returns the manifest with its digest.

    Raises ``ModelRefused`` for a feature without a reason group.
    """
    # Refuses a feature without a reason group.
    spoken(bundle.manifest)
    contents = {f"take_{name}": one for name, one in bundle.propensity.to_files().items()}
    if bundle.persuasion is not None:
        contents |= {f"change_{name}": one for name, one in bundle.persuasion.to_files().items()}
    titles = TextColumn.of(bundle.tastes.categories)
    values = _invented(bundle)
    golden = _answers(bundle, values)
    # Opening the bundle then proves its contributions against another program, not against themselves.
    proven = bundle.propensity.model.proven_contributions(bundle.prepared(values))
    if not np.allclose(golden["pushes"], proven, rtol=0.0, atol=TOLERANCE):
        raise damaged("contributions as LightGBM computes them", "others")
    contents |= {
        PLAN_FILE: plan_to_text(bundle.declarations).encode("utf-8"),
        _TASTES: archive(
            {
                **bundle.tastes.to_arrays(),
                "offsets": titles.offsets,
                "categories": titles.content,
            }
        ),
        _GOLDEN: archive({"values": values} | golden | {"pushes": proven}),
    }
    return sealed(folder, bundle.manifest, contents)


def open_offer_bundle(folder: Path) -> OfferBundle:
    """Open a bundle: every hash is checked before anything is parsed, then golden rows.

    Raises ``BundleRefused`` as ``open_bundle`` does.
    """
    manifest, contents = verified(folder)
    try:
        tastes = unarchive(contents[_TASTES])
        declarations = plan_from_text(contents[PLAN_FILE].decode("utf-8"))
        change = _within(contents, "change_")
        bundle = OfferBundle(
            manifest,
            declarations,
            Offers.from_list(json.loads(manifest.question["offers"])),
            Propensity.from_files(_within(contents, "take_")),
            Persuasion.from_files(change) if PERSUASION_FILE in change else None,
            Tastes(
                tuple(TextColumn(tastes["offsets"], tastes["categories"])),
                tastes["weights"],
                tastes["shares"],
            ),
        )
        refuse_other_plan(_of_behaviour(manifest), declarations)
        golden = unarchive(contents[_GOLDEN])
        holds = manifest.name == OFFERS and _agrees(bundle, golden)
    except (KeyError, ValueError, TypeError, IndexError, ModelRefused, PlanRefused):
        raise damaged("a bundle with all its parts", "parts that do not fit together") from None
    if not holds:
        raise damaged("golden rows that are answered as they were", "other answers")
    return bundle


def current_offer_bundle(workspace: Workspace) -> OfferBundle | None:
    """Open the model in use; None when none was promoted yet, ``BundleRefused`` when damaged."""
    folder = admitted_folder(workspace, OFFERS)
    if folder is None:
        return None
    bundle = open_offer_bundle(folder)
    refuse_other_digest(folder, bundle.manifest.digest)
    return bundle


def _of_behaviour(manifest: Manifest) -> Manifest:
    """The manifest as it names the features of behaviour alone, which a plan declares."""
    return replace(manifest, feature_names=list(manifest.feature_names)[: -len(CROSSES)])


def _within(contents: Mapping[str, bytes], start: str) -> dict[str, bytes]:
    return {name[len(start) :]: one for name, one in contents.items() if name.startswith(start)}


def _invented(bundle: OfferBundle) -> NDArray[np.float32]:
    """Rows drawn by lot between the model's bounds, so that nobody's behaviour is kept."""
    random = np.random.Generator(np.random.PCG64(_SEED))
    names = list(bundle.manifest.feature_names)
    values = np.full((GOLDEN_ROWS, len(names)), np.nan, np.float32)
    columns = bundle.propensity.model.columns
    for name, low, high in zip(columns.names, columns.low, columns.high, strict=True):
        values[:, names.index(name)] = low + random.random(GOLDEN_ROWS) * (high - low)
    values[random.random(values.shape) < 0.1] = np.nan
    return values


def _answers(bundle: OfferBundle, values: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    vectors = bundle.vectors(values)
    offers = np.arange(len(values)) % len(bundle.offers)
    found: dict[str, NDArray[Any]] = {
        "log_odds": bundle.propensity.log_odds(vectors, offers),
        "pushes": bundle.contributions(values),
    }
    if bundle.persuasion is not None:
        found["effects"] = bundle.persuasion.effects(vectors)[0]
        found["without"] = bundle.persuasion.without(vectors)
    return found


def _agrees(bundle: OfferBundle, golden: Mapping[str, NDArray[Any]]) -> bool:
    values = golden["values"].astype(np.float32, copy=False)
    answers = _answers(bundle, values)
    return set(golden) == {"values", *answers} and all(
        one.shape == golden[name].shape and bool(np.allclose(one, golden[name], 0.0, TOLERANCE))
        for name, one in answers.items()
    )
