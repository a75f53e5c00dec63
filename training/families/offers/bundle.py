"""The model of offers, opened and on disk: offers, propensity, effect and tastes, and no customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from features.declarations.feature import Declaration
from features.store.pack import TextColumn
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.bundles.kind import Arrays, Tolerance
from training.bundles.manifest import Manifest, Written
from training.bundles.own_plan import spoken
from training.bundles.reference import GOLDEN_ROWS, archive, unarchive
from training.bundles.sealing import declared
from training.families.offers.exposures.crosses import NAMES
from training.families.offers.exposures.tastes import Tastes
from training.families.offers.exposures.terms import Offers
from training.families.offers.persuasion import Persuasion
from training.families.offers.propensity import Propensity
from training.families.offers.uplift.pair import LogOddsParts
from training.learners.columns import Columns

OFFERS = "offers"
_TASTES, _SEED = "tastes.npz", 20_150_401


Evidence = Literal["propensity", "affinity"]
"""What offers are judged by: answers to showings, or purchases of what they are for."""


@dataclass(frozen=True)
class OfferTask:
    """Which offers are decided about, by what evidence (``kind``), and whether more than chances are known.

    ``horizon_days`` is for an offer without an end; ``not_causal_because`` says in words why no effect is known.
    """

    kind: Evidence
    horizon_days: int
    offers: Offers
    is_causal: bool
    not_causal_because: str

    @property
    def gap_days(self) -> int:
        """None: an offer may be taken as soon as it is shown."""
        return 0

    @property
    def population(self) -> Mapping[str, int]:
        """No number: everybody is decided about."""
        return {}

    @property
    def said(self) -> str:
        """What is answered and of whom, in words."""
        return (
            f"Which offer a customer takes, in its days or in {self.horizon_days}. Everybody of the "
            "store who agreed is decided about."
        )

    def as_dict(self) -> dict[str, Any]:
        """The task as plain fields."""
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        return plain | {"offers": self.offers.to_list()}


@dataclass(frozen=True)
class OfferBundle:
    """An opened model: of vectors with crosses, how likely each customer takes an offer and what it changes.

    Of a task that is causal ``persuasion`` answers both, of another the ``propensity`` is all that is known.
    """

    manifest: Manifest[OfferTask]
    declarations: tuple[Declaration, ...]
    propensity: Propensity | None
    persuasion: Persuasion | None
    tastes: Tastes

    @property
    def offers(self) -> Offers:
        """The offers it decides about."""
        return self.manifest.task.offers

    def vectors(self, values: NDArray[np.float32]) -> Vectors:
        """Rows of the manifest's features as vectors of nobody."""
        nobody = np.zeros(len(values), np.int32)
        names = tuple(self.manifest.feature_names)
        seconds = nobody.astype(np.int64)
        return Vectors(self.manifest.plan_hash, names, nobody, seconds, values)

    def log_odds(self, vectors: Vectors, offers: NDArray[np.integer]) -> Floats:
        """The log-odds that each customer takes the offer of their row; -1 is an offer the model has not seen."""
        if self.persuasion is not None:
            return self.persuasion.log_odds(vectors)[1]
        assert self.propensity is not None
        return self.propensity.log_odds(vectors, offers)

    def contributions(
        self, values: NDArray[np.float32], *, is_proven: bool = False
    ) -> LogOddsParts:
        """What the log-odds are made of: a base, and what each feature the model reads adds, before each offer's own level."""
        vectors = self.vectors(values)
        if self.persuasion is not None:
            return self.persuasion.contributions(vectors, is_proven=is_proven)
        assert self.propensity is not None
        model = self.propensity.model
        prepared = model.columns.prepare(values, self.positions)
        added = model.proven_contributions(prepared) if is_proven else model.contributions(prepared)
        return LogOddsParts(np.full(len(values), model.base_log_odds), added)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The features the model reads, in the order of its contributions."""
        if self.persuasion is not None:
            return self.persuasion.feature_names
        assert self.propensity is not None
        return self.propensity.model.columns.names

    @property
    def rounds(self) -> int:
        """How many trees were grown, one after another; 0 without any."""
        if self.propensity is not None:
            return self.propensity.model.rounds
        assert self.persuasion is not None
        return max(arms.shown.rounds for _, arms in self.persuasion.pair.members)

    @cached_property
    def positions(self) -> NDArray[np.intp]:
        """Where they stand among the manifest's features."""
        known = {name: at for at, name in enumerate(self.manifest.feature_names)}
        return np.array([known[name] for name in self.feature_names], np.intp)

    @property
    def columns(self) -> Columns:
        """Those features with the bounds they are held to."""
        model = self.propensity.model if self.propensity is not None else None
        if model is not None:
            return model.columns
        assert self.persuasion is not None
        return self.persuasion.pair.members[0][1].shown.columns


class OfferKind:
    """Who takes which offer: propensity, effect where one is known, and what offers are for."""

    name = OFFERS
    tolerance = Tolerance("golden rows that are answered as they were", "other answers")
    own_features = NAMES
    needs_store = True

    def task(self, written: Written) -> OfferTask:
        """The offers and what may be said of them, as a manifest says it."""
        return OfferTask(**{**written, "offers": Offers.from_list(written["offers"])})

    def declarations(self, model: OfferBundle) -> Sequence[Declaration]:
        """The declarations of the features of behaviour it reads."""
        return model.declarations

    def contents(self, model: OfferBundle) -> Mapping[str, bytes]:
        """Its files; ``ModelRefused`` for a feature without a reason group."""
        # Refuses a feature without a reason group.
        spoken(model.manifest)
        change = {} if model.persuasion is None else model.persuasion.to_files()
        titles = TextColumn.of(model.tastes.categories)
        named: Arrays = {"offsets": titles.offsets, "categories": titles.content}
        take = {} if model.propensity is None else model.propensity.to_files()
        return {
            **{f"take_{name}": one for name, one in take.items()},
            **{f"change_{name}": one for name, one in change.items()},
            _TASTES: archive({**model.tastes.to_arrays(), **named}),
        }

    def read(self, manifest: Manifest[OfferTask], contents: Mapping[str, bytes]) -> OfferBundle:
        """The model out of its files."""
        tastes = unarchive(contents[_TASTES])
        take, change = _within(contents, "take_"), _within(contents, "change_")
        titles = TextColumn(tastes["offsets"], tastes["categories"])
        return OfferBundle(
            manifest,
            declared(contents),
            None if manifest.task.is_causal else Propensity.from_files(take),
            Persuasion.from_files(change) if manifest.task.is_causal else None,
            Tastes(tuple(titles), tastes["weights"], tastes["shares"]),
        )

    def proof(self, model: OfferBundle) -> Arrays:
        """Rows drawn by lot between the model's bounds, so that nobody's behaviour is kept."""
        random = np.random.Generator(np.random.PCG64(_SEED))
        names = list(model.manifest.feature_names)
        values = np.full((GOLDEN_ROWS, len(names)), np.nan, np.float32)
        columns = model.columns
        for name, low, high in zip(columns.names, columns.low, columns.high, strict=True):
            if name in names:
                values[:, names.index(name)] = low + random.random(GOLDEN_ROWS) * (high - low)
        values[random.random(values.shape) < 0.1] = np.nan
        return {"values": values}

    def answers(self, model: OfferBundle, proof: Arrays) -> Arrays:
        """How likely one offer after the other is taken, what each feature adds, and what offers change."""
        values, vectors = proof["values"], model.vectors(proof["values"])
        offers = np.arange(len(values)) % len(model.offers)
        answers = {
            "log_odds": model.log_odds(vectors, offers),
            "pushes": model.contributions(values).pushes,
        }
        if model.persuasion is not None:
            answers["effects"] = model.persuasion.effects(vectors)[0]
            answers["without"] = model.persuasion.chances(vectors)[0]
        return answers

    def proven(self, model: OfferBundle, proof: Arrays) -> Arrays:
        """What each feature adds, as LightGBM computes it."""
        return {"pushes": model.contributions(proof["values"], is_proven=True).pushes}


OFFER_KIND = OfferKind()


def _within(contents: Mapping[str, bytes], start: str) -> dict[str, bytes]:
    return {name[len(start) :]: one for name, one in contents.items() if name.startswith(start)}
