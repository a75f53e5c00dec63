"""The fact that best tells why a reason's part in a score moved: then and now, as a person would say it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.reasons.wording import Rows, Wording

# Facts that are told in place of what is reckoned from them, as long as both moved the same way (1) or
# opposite ways (-1). A silence in days says more than a ratio of silences.
# fmt: off
_STAND_INS = (
    (r"silence_ratio|silence_\w+_ratio|buying_no_purchase_\d+d", ("days_since_order",), 1),
    (r"expected_next_order_days|buying_expected_\d+d|still_buying", ("days_since_order",), -1),
    (r"(?P<what>\w+)_growth_(?P<days>\d+)d", ("{what}_count_{days}d", "{what}_sum_{days}d"), 1),
)
# fmt: on
_PLAIN_UNITS = frozenset({"days", "cents", "orders", "lines", "pieces", "count", "yes_no"})
_WEIGHT_OF_OTHERS = 0.25
_WEIGHT_OF_UNKNOWN = 0.5
_GAP = "…"
_QUALIFIER = re.compile(r"\s*[:;].*")


@dataclass(frozen=True)
class MovedFact:
    """One fact at two times, in words; ``text`` says all of it."""

    feature: str
    meaning: str
    before: str
    now: str

    @property
    def text(self) -> str:
        """The fact in a line.

        >>> MovedFact("days_since_order", "Days since the last order", "11 days", "41 days").text
        'Days since the last order: 11 days → 41 days'
        >>> MovedFact("orders_count_90d", "… Bestellungen in den letzten 90 Tagen", "3", "0").text
        '3 → 0 Bestellungen in den letzten 90 Tagen'
        """
        moved = f"{self.before} → {self.now}"
        # Units in letters are declined by what stands before them; bare figures fit in anywhere.
        if _GAP in self.meaning and not any(one.isalpha() for one in moved):
            return self.meaning.replace(_GAP, moved)
        return f"{self.meaning}: {moved}"


def moved_facts(
    wording: Wording, members: NDArray[np.intp], pushed: Floats, rows: Rows
) -> list[MovedFact]:
    """The facts among some features that moved a score one way, the most telling first.

    ``pushed`` is what each feature's contribution moved by in that way, one a feature of the model;
    ``rows`` are the values then and now. A fact that reads the same at both times is none. Days, counts
    and money come before ratios and shares that pushed up to four times as much.
    """
    pushes: dict[int, float] = {}
    for position in members[pushed[members] > 0].tolist():
        told = _stand_in(wording, position, rows)
        # What a model makes of a customer is no fact about them.
        if wording.features[told].said_as == "estimate":
            continue
        pushes[told] = pushes.get(told, 0.0) + float(pushed[position])
    found = []
    for position, push in pushes.items():
        before, now = (wording.value_text(position, float(row[position])) for row in rows)
        if before != now:
            weight = push * _clearness(wording, position, bool(before and now))
            found.append((-weight, position, _fact(wording, position, before, now)))
    return [one for _, _, one in sorted(found, key=lambda each: each[:2])]


def _stand_in(wording: Wording, position: int, rows: Rows) -> int:
    """The feature that is told for another, itself where none stands in for it."""
    for pattern, names, sign in _STAND_INS:
        match = re.fullmatch(pattern, wording.features[position].name)
        if match is None:
            continue
        for name in names:
            other = wording.position(name.format(**match.groupdict()))
            if other is not None and _way(rows, other) * sign == _way(rows, position) != 0:
                return other
    return position


def _way(rows: Rows, position: int) -> int:
    """Whether a value rose (1) or fell (-1); 0 where it did neither or is unknown."""
    moved = float(rows[1, position]) - float(rows[0, position])
    return 0 if np.isnan(moved) else int(np.sign(moved))


def _clearness(wording: Wording, position: int, is_known: bool) -> float:
    is_plain = wording.features[position].unit in _PLAIN_UNITS
    return (1.0 if is_plain else _WEIGHT_OF_OTHERS) * (1.0 if is_known else _WEIGHT_OF_UNKNOWN)


def _fact(wording: Wording, position: int, before: str, now: str) -> MovedFact:
    none, feature = wording.language.say("none", "fact"), wording.features[position]
    meaning = _QUALIFIER.sub("", wording.language.meaning(feature)).rstrip(".")
    return MovedFact(feature.name, meaning, before or none, now or none)
