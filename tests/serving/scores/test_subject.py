"""A vector given by name: what is missing, unknown or out of range of what the model has seen, to the last digit."""

from __future__ import annotations

import numpy as np
import pytest

from serving.scores.subject import VectorReader
from tests.contracts.families.churn import churn
from training.families.churn.bundle import Bundle


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return churn()


def codes(bundle: Bundle, given: dict[str, float | None]) -> dict[str, tuple[str, ...]]:
    """The features each caution names."""
    return {one.code: one.features for one in VectorReader(bundle).read(given).cautions}


def known(bundle: Bundle) -> dict[str, float | None]:
    """The lowest that the model has seen of everything it reads."""
    columns = bundle.model.columns
    names = bundle.manifest.feature_names
    return {**dict.fromkeys(names), **dict(zip(columns.names, columns.low.tolist(), strict=True))}


def test_the_lowest_and_the_highest_that_were_seen_are_in_range_and_the_next_beyond_is_not(
    bundle: Bundle,
) -> None:
    columns, given = bundle.model.columns, known(bundle)
    assert codes(bundle, given) == {}
    lows, highs = (np.asarray(one, np.float32) for one in (columns.low, columns.high))
    for name, low, high in zip(columns.names, lows, highs, strict=True):
        for edge, beyond in ((low, -np.inf), (high, np.inf)):
            assert codes(bundle, {**given, name: float(edge)}) == {}
            next_value = float(np.nextafter(edge, np.float32(beyond)))
            assert codes(bundle, {**given, name: next_value}) == {"out_of_range": (name,)}


def test_what_is_not_given_or_not_known_is_named(bundle: Bundle) -> None:
    first = bundle.model.columns.names[0]
    given = known(bundle)
    del given[first]
    assert codes(bundle, given) == {"missing_features": (first,)}
    assert codes(bundle, {**given, "nothing": 1.0}) == {"unknown_feature": ("nothing",)}
    assert VectorReader(bundle).read({"nothing": 1.0}).values is None
