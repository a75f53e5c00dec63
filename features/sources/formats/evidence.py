"""What speaks for each reading of a column: counts over all rows of a file, which add up over files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

_MOST_TEXTS = 40


@dataclass(frozen=True)
class Evidence:
    """Counts of one column in one file, or in several.

    ``counts`` has the shapes of numbers and of what is none, and for orders of day, month and year
    "fits <order>" (values that are dates so), "alone <order>" (and not in the other order) and "same"
    (the same date in each); ``forms`` counts whole forms of date in a sample. ``steps`` has how often a
    date is later and how often earlier than the one before it, by order and by what the rows are
    sorted; ``edges`` the first and the last day of the file in each order, so that files follow each other.
    """

    rows: int = 0
    filled: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    forms: Mapping[str, int] = field(default_factory=dict)
    steps: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    edges: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    """A few values of columns that look like numbers or dates."""

    def as_dict(self) -> dict[str, Any]:
        """The evidence as plain values that can be written as JSON."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Evidence:
        """The evidence that was written as plain values."""
        pairs = {
            name: {key: (int(one), int(two)) for key, (one, two) in plain[name].items()}
            for name in ("steps", "edges")
        }
        return cls(
            int(plain["rows"]),
            int(plain["filled"]),
            dict(plain["counts"]),
            dict(plain["forms"]),
            pairs["steps"],
            pairs["edges"],
            tuple(plain["texts"]),
        )

    def count(self, *keys: str) -> int:
        """The sum of some counts."""
        return sum(self.counts.get(key, 0) for key in keys)

    @property
    def known(self) -> int:
        """How many values say something: not empty, and no word for nothing."""
        return self.filled - self.count("null")


def joined(evidences: Iterable[Evidence]) -> Evidence:
    """The evidence of several files together, in the order of the files."""
    rows = filled = 0
    counts: Counter[str] = Counter()
    forms: Counter[str] = Counter()
    steps: dict[str, tuple[int, int]] = {}
    edges: dict[str, tuple[int, int]] = {}
    texts: dict[str, None] = {}
    for one in evidences:
        rows, filled = rows + one.rows, filled + one.filled
        counts.update(one.counts)
        forms.update(one.forms)
        for key, (later, earlier) in one.steps.items():
            before = steps.get(key, (0, 0))
            steps[key] = before[0] + later, before[1] + earlier
        for key, (first, last) in one.edges.items():
            if key in edges:
                start, end = edges[key]
                before = steps.get(f"{key}\tfile", (0, 0))
                steps[f"{key}\tfile"] = before[0] + (first > end), before[1] + (first < end)
                edges[key] = start, last
            else:
                edges[key] = first, last
        texts.update(dict.fromkeys(one.texts))
    return Evidence(
        rows, filled, dict(counts), dict(forms), steps, edges, tuple(texts)[:_MOST_TEXTS]
    )


def spread(texts: Sequence[str], most: int = _MOST_TEXTS) -> tuple[str, ...]:
    """Some different texts out of many."""
    different = list(dict.fromkeys(texts))
    return tuple(different[:: max(1, len(different) // most)][:most])
