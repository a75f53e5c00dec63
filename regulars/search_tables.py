"""A search as it is shown: the best settings, what mattered, and what they are at the cutoff that chose nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from experiments.searches.result import SearchResult
from experiments.searches.studying import ANSWERED
from regulars.narrator import Table

_SHOWN = 10


def search_headline(found: SearchResult) -> str:
    """How many settings were tried, and what the best of them is beside the learner without a search."""
    best = found.best.figure or 0.0
    return (
        f"{found.name}: {found.rung} with {found.figure} {best:.4f} by the best of {len(found.trials)} settings, "
        f"{found.usual:.4f} without a search, over {_cutoffs(len(found.choosing))}"
    )


def search_lines(found: SearchResult) -> list[str]:
    """What became of the trials, how to declare the best, and what to know of the reserved cutoff."""
    became = Counter(one.state for one in found.trials)
    said = [", ".join(f"{number} {state}" for state, number in became.items())]
    if found.opened is None:
        said.append(
            "No cutoff is left that chose nothing, so that the best is a little rosier than it will be."
        )
    elif found.opened.openings > 1:
        said.append(
            f"{found.opened.cutoff} was opened for the {found.opened.openings}. time: what is found there now is no surprise any more."
        )
    own = ", ".join(f"{name} = {json.dumps(one)}" for name, one in found.best.parameters.items())
    said.append(f"To go on with the best: [learner] parameters = {{ {own} }}")
    said += [f"trial {one.number} failed: {one.said}" for one in found.trials if one.said]
    return [f"  {one}" for one in said]


def search_tables(found: SearchResult) -> list[Table]:
    """The best trials, what of the parameters mattered, and the reserved cutoff."""
    return list(_tables(found))


def _tables(found: SearchResult) -> Iterator[Table]:
    names = list(found.best.parameters)
    answered = [one for one in found.trials if one.state == ANSWERED]
    sign = 1 if found.figure == "log_loss" else -1
    answered.sort(key=lambda one: (sign * (one.figure or 0.0), one.number))
    yield Table(
        "The best settings",
        ("trial", found.figure, *names),
        [
            (
                f"{one.number}",
                f"{one.figure:.4f}",
                *(_value(one.parameters.get(name)) for name in names),
            )
            for one in answered[:_SHOWN]
        ],
    )
    if found.mattered:
        rows = [(name, f"{share:.0%}") for name, share in found.mattered.items()]
        yield Table("What told good settings from others", ("parameter", "share"), rows)
    if found.opened is not None:
        yield Table(
            f"At {found.opened.cutoff}, which chose nothing",
            ("figure", "without", "with the best", "difference"),
            [
                (
                    name,
                    _number(without),
                    _number(best),
                    f"{_number(more, sign=True)} [{_number(low, sign=True)}, {_number(high, sign=True)}]",
                )
                for name, (without, best, more, low, high) in found.opened.differences.items()
            ],
        )


def _cutoffs(number: int) -> str:
    return "1 test" if number == 1 else f"{number} tests"


def _number(value: float | None, *, sign: bool = False) -> str:
    if value is None:
        return "–"
    return f"{value:+.4f}" if sign else f"{value:.4f}"


def _value(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
