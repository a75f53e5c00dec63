"""Everybody's segment, one customer beside the other, straight from an opened bundle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.store.pack import Pack
from features.vectors.vectors import build_vectors
from features.vocabulary.time import Cutoff
from training.families.segments.bundle import SegmentBundle
from training.families.segments.model import NO_SEGMENT


def segments_of_everybody(bundle: SegmentBundle, pack: Pack, cutoff: Cutoff) -> NDArray[np.int64]:
    """The segment id of every customer of a pack at a cutoff, ``NO_SEGMENT`` for those in none."""
    vectors = build_vectors(pack, bundle.compiled(pack), [cutoff])
    everybody = np.full(pack.customers, NO_SEGMENT, np.int64)
    everybody[vectors.customer_keys] = bundle.model.assign(vectors)
    return everybody
