"""Names by rule, and names that last: what sets each segment apart, and which old one it continues."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.families.segments.traits import Trait

NOTABLE = 0.3
"""A mean so many standard deviations from everybody's is worth a word."""
_OVERLAP = 0.3
_SAID_BY_VALUE = "spend"
_HIGH, _LOW = 1.5, 0.5


def name_segments(
    differences: Floats, traits: Sequence[Trait], value: Floats | None
) -> tuple[str, ...]:
    """A name for each segment: its two most marked habits and its value band; no two alike.

    ``differences`` has a row a segment and a column a trait: standardised mean differences from
    everybody. ``value`` is each segment's mean spend over everybody's, None where nobody knows, and then there is no band. A reason group gives one word,
    and spend gives none, for the band says it. Where names would be alike, a third habit is added, and so
    on; what is still alike is counted.

    >>> often = Trait("orders_count_365d", "frequency", "frequent", "rare")
    >>> name_segments(np.array([[1.2], [-0.8]]), [often], np.array([2.0, 0.4]))
    ('Frequent, high value', 'Rare, low value')
    """
    words = [_marked(row, traits) for row in differences]
    bands = [""] * len(words) if value is None else [value_band(one) for one in value]
    told = [2] * len(words)
    while True:
        names = [
            _joined(own[:count], band) for own, count, band in zip(words, told, bands, strict=True)
        ]
        alike = [
            place
            for place, name in enumerate(names)
            if names.count(name) > 1 and told[place] < len(words[place])
        ]
        if not alike:
            return unlike(names)
        for place in alike:
            told[place] += 1


def unlike(names: Sequence[str], taken: Sequence[str] = ()) -> tuple[str, ...]:
    """The names with a number behind each that another has already.

    >>> unlike(["Rare", "Rare"], taken=["Regular"])
    ('Rare', 'Rare (2)')
    """
    found: list[str] = []
    for name in names:
        number, own = 2, name
        while own in found or own in taken:
            own, number = f"{name} ({number})", number + 1
        found.append(own)
    return tuple(found)


def value_band(times_mean: float) -> str:
    """How a mean spend compares with everybody's: high from 1.5 times on, low up to half.

    >>> value_band(1.5), value_band(1.0), value_band(0.5)
    ('high value', 'middle value', 'low value')
    """
    if times_mean >= _HIGH:
        return "high value"
    return "low value" if times_mean <= _LOW else "middle value"


def continued(
    places: NDArray[np.int64], segments: int, old_places: NDArray[np.int64], old_segments: int
) -> dict[int, int]:
    """Which old segment each new one continues, by the people they share (Hungarian assignment).

    Both give every customer's position among the segments, -1 for none. The pairing shares most people
    over all (the sum of Jaccard overlaps); a pair that shares less than 30 % of the people of either is
    no continuation.
    """
    from scipy.optimize import linear_sum_assignment

    shared = np.zeros((segments, old_segments))
    both = (places >= 0) & (old_places >= 0)
    np.add.at(shared, (places[both], old_places[both]), 1)
    size = np.bincount(places[places >= 0], minlength=segments)
    old_size = np.bincount(old_places[old_places >= 0], minlength=old_segments)
    union = size[:, None] + old_size[None, :] - shared
    overlap = shared / np.maximum(union, 1)
    rows, columns = linear_sum_assignment(-overlap)
    return {
        int(row): int(column)
        for row, column in zip(rows, columns, strict=True)
        if overlap[row, column] >= _OVERLAP
    }


def inherited(
    names: Sequence[str],
    continues: dict[int, int],
    old_ids: Sequence[int],
    old_names: Sequence[str],
    next_id: int,
) -> tuple[tuple[int, ...], tuple[str, ...], int]:
    """Ids and names after a refit, and the next free id: a continued segment keeps both.

    A new one gets an id never given before and its own name, numbered where an old one has it.
    """
    ids: list[int] = []
    for place in range(len(names)):
        if place in continues:
            ids.append(old_ids[continues[place]])
        else:
            ids.append(next_id)
            next_id += 1
    kept = {place: old_names[old] for place, old in continues.items()}
    fresh = [name for place, name in enumerate(names) if place not in kept]
    given = iter(unlike(fresh, taken=list(kept.values())))
    return (
        tuple(ids),
        tuple(kept[place] if place in kept else next(given) for place in range(len(names))),
        next_id,
    )


def _marked(differences: Floats, traits: Sequence[Trait]) -> list[str]:
    """The words of a segment's habits, the most marked first, one a reason group."""
    words: dict[str, str] = {}
    for place in np.argsort(-np.abs(differences), kind="stable"):
        trait = traits[place]
        if trait.group == _SAID_BY_VALUE or abs(differences[place]) < NOTABLE:
            continue
        words.setdefault(trait.group, trait.much if differences[place] > 0 else trait.little)
    return list(words.values())


def _joined(words: Sequence[str], band: str) -> str:
    text = ", ".join([*(words or ["like most"]), *([band] if band else [])])
    return text[:1].upper() + text[1:]
