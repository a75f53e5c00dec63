"""Whom a row asks about: somebody by id, by id with what has happened since, or behaviour by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vectors.fresh import FreshEvents
from features.vocabulary.arrays import Row
from features.vocabulary.errors import did_you_mean
from training.families.churn.bundle import Bundle

_NAMED = 10


@dataclass(frozen=True)
class Caution:
    """Something to know about one answer: a stable word, a sentence and the features it is about."""

    code: str
    message: str
    features: tuple[str, ...] = ()


@dataclass(frozen=True)
class GivenVector:
    """A behaviour vector a caller gave, in the model's own order, and what was odd about it.

    ``values`` is None where it cannot be read at all. ``is_partial`` says that features the model reads
    were not given; they count as unknown.
    """

    values: Row | None
    cautions: tuple[Caution, ...] = ()
    is_partial: bool = False


@dataclass(frozen=True)
class Subject:
    """Whom one row asks about: somebody by id, by id with fresh events, or behaviour by its vector.

    Subjects that are equal in customer and ``key`` are answered alike. ``events`` holds them as a caller tells them,
    by table, and ``fresh`` those that the store does not have, as the kernel reads them. ``row_id`` is what the
    caller calls the row.
    """

    customer_id: str = ""
    vector: GivenVector | None = None
    events: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    fresh: Mapping[str, FreshEvents] = field(default_factory=dict)
    cautions: tuple[Caution, ...] = ()
    key: bytes = b""
    row_id: str | None = None


Named = tuple[NDArray[np.intp], Caution | None]


class VectorReader:
    """Reads vectors given by name for one model; the order in which features are named means nothing."""

    def __init__(self, bundle: Bundle) -> None:
        names = bundle.manifest.feature_names
        columns = bundle.model.columns
        self._places = {name: place for place, name in enumerate(names)}
        self._read = frozenset(columns.names)
        self._low = np.full(len(names), -np.inf, np.float32)
        self._high = np.full(len(names), np.inf, np.float32)
        places = [self._places[name] for name in columns.names]
        self._low[places], self._high[places] = columns.low, columns.high
        self._names = tuple(names)
        nothing: Named = (np.empty(0, np.intp), None)
        self._last: tuple[tuple[str, ...], Named | Caution] = ((), nothing)

    def read(self, given: Mapping[str, float | None]) -> GivenVector:
        """The vector with what is missing, out of range or unknown about it."""
        named = tuple(given)
        last = self._last
        if named != last[0]:
            # Callers name the same features in the same order each time.
            self._last = last = named, self._named(named)
        found = last[1]
        if isinstance(found, Caution):
            return GivenVector(None, (found,))
        places, missing = found
        values = np.full(len(self._names), np.nan, np.float32)
        with np.errstate(over="ignore"):
            values[places] = [np.nan if one is None else one for one in given.values()]
        beyond = np.flatnonzero((values < self._low) | (values > self._high))
        cautions = [] if missing is None else [missing]
        if len(beyond):
            cautions.append(
                _about(
                    "out_of_range",
                    "{} values lie beyond what the model has seen and count as the nearest it has.",
                    [self._names[place] for place in beyond],
                )
            )
        return GivenVector(values, tuple(cautions), missing is not None)

    def _named(self, names: Sequence[str]) -> Named | Caution:
        """Where named features stand, with a caution of those that are missing; one of unknown ones alone."""
        unknown = [name for name in names if name not in self._places]
        if unknown:
            return self._unknown(unknown)
        given = frozenset(names)
        missing = [name for name in self._names if name in self._read and name not in given]
        caution = _about(
            "missing_features",
            "{} features the model reads were not given and count as unknown.",
            missing,
        )
        return np.array([self._places[one] for one in names], np.intp), caution if missing else None

    def _unknown(self, names: Sequence[str]) -> Caution:
        nearest = did_you_mean(names[0], list(self._names))
        return _about("unknown_feature", f"{{}} features are unknown. {nearest}", names)


def _about(code: str, message: str, names: Sequence[str]) -> Caution:
    shown = tuple(one[:64] for one in names[:_NAMED])
    said = message.format(f"{len(names):,}")
    if len(names) == 1:
        said = said.replace("1 features", "1 feature").replace(" were ", " was ")
    return Caution(code, said, shown)
