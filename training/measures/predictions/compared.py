"""The figures of a card beside those that its predictions give, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from training.measures.intervals import finite

MOST_DIFFERENCE = 1e-9
_NAMED_BY = ("kind", "name", "rung", "offer")


@dataclass(frozen=True)
class ComparedFigure:
    """One figure: where it stands, what the card has and what the predictions give; None where there is no answer."""

    place: tuple[str, ...]
    on_card: Any
    recomputed: Any

    @property
    def difference(self) -> float | None:
        """How far the two lie apart; None where they are no numbers."""
        if _is_number(self.on_card) and _is_number(self.recomputed):
            return abs(float(self.on_card) - float(self.recomputed))
        return None

    @property
    def agrees(self) -> bool:
        """Whether it is the same figure, or the same word."""
        if self.difference is None:
            return bool(self.on_card == self.recomputed)
        return self.difference <= MOST_DIFFERENCE


def compare(on_card: Any, recomputed: Any) -> list[ComparedFigure]:
    """Every figure that was recomputed beside the one that stands in the same place.

    Rows of a table are the same where their names are. What a card does not have at all, because an earlier version
    wrote it, is left out.

    >>> [one.agrees for one in compare({"auc": 0.7, "ece": 0.1}, {"auc": 0.7, "ece": 0.2})]
    [True, False]
    """
    return list(_compared((), on_card, recomputed))


def places(content: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where every number of a card stands, as ``compare`` names it.

    >>> list(places({"auc": 0.7, "ladder": [{"name": "rule", "auc": 0.6, "explained": "by recency"}]}))
    [('auc',), ('ladder', 'rule', 'auc')]
    """
    if isinstance(content, Mapping):
        for key, inner in content.items():
            yield from places(inner, (*place, str(key)))
    elif isinstance(content, Sequence) and not isinstance(content, str):
        yield from places(_by_name(content), place)
    elif _is_number(content):
        yield place


def _compared(place: tuple[str, ...], on_card: Any, recomputed: Any) -> Iterator[ComparedFigure]:
    if isinstance(recomputed, Mapping) and on_card is not None:
        for key, figure in recomputed.items():
            if isinstance(on_card, Mapping) and key in on_card:
                yield from _compared((*place, str(key)), on_card[key], figure)
    elif isinstance(recomputed, Sequence) and not isinstance(recomputed, str):
        yield from _compared(place, _by_name(on_card or ()), _by_name(recomputed))
    else:
        yield ComparedFigure(place, _rounded(on_card), _rounded(recomputed))


def _by_name(rows: Any) -> dict[str, Any]:
    return {_name(row, number): row for number, row in enumerate(rows)}


def _name(row: Any, number: int) -> str:
    known = [str(row[key]) for key in _NAMED_BY if key in row] if isinstance(row, Mapping) else []
    return " ".join(known) or str(number + 1)


def _is_number(figure: Any) -> bool:
    return isinstance(figure, int | float) and not isinstance(figure, bool)


def _rounded(figure: Any) -> Any:
    """Eight digits, as a card keeps them."""
    return finite({"": figure})[""] if isinstance(figure, float) else figure
