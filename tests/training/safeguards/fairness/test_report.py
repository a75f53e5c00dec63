"""Proxies of a protected attribute are found by what the data say, and honest attributes are not accused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from features.vectors.vectors import Vectors
from training.safeguards.fairness.protected import ProtectedAttribute
from training.safeguards.fairness.report import FairnessReport, LeftOut, Proxy, weigh_protected
from training.safeguards.fairness.words import (
    ORDER,
    called_lawful,
    fairness_lines,
    fairness_markdown,
    fairness_rows,
    fairness_section,
)
from training.safeguards.leaks.columns import Known, ReadColumn

ROWS = 800
Numbers = np.ndarray
NAN = float("nan")


def weighed(
    attributes: dict[str, Numbers], protected: Numbers, outcomes: Numbers | None = None
) -> LeftOut:
    """A protected attribute weighed beside these others, whose names say nothing."""
    columns = [ReadColumn(one, "customers", Known.ALWAYS, (one,)) for one in attributes]
    vectors = Vectors(
        "",
        tuple(attributes),
        np.arange(ROWS, dtype=np.int32),
        np.zeros(ROWS, np.int64),
        np.column_stack(list(attributes.values())).astype(np.float32),
    )
    came = np.asarray(np.arange(ROWS) % 2 if outcomes is None else outcomes, np.float64)
    (found,) = weigh_protected(
        vectors, came, columns, (ProtectedAttribute("age", (protected,)),)
    ).left_out
    return found


def others(draw: np.random.Generator) -> dict[str, Numbers]:
    return {
        "a1": draw.normal(size=ROWS),
        "a2": draw.integers(0, 2, ROWS) * 1.0,
        "a3": draw.integers(0, 5, ROWS) * 1.0,
        "a4": np.where(draw.random(ROWS) < 0.3, NAN, draw.gamma(2, 5, ROWS)),
    }


AGES: dict[str, Callable[[np.random.Generator, Numbers], Numbers]] = {
    "the same under another name": lambda draw, age: age,
    "the year of birth": lambda draw, age: 2026 - np.floor(age),
    "a class of ten years": lambda draw, age: np.floor(age / 10),
    "over sixty": lambda draw, age: (age > 60) * 1.0,
    "under thirty": lambda draw, age: (age < 30) * 1.0,
    "years at work": lambda draw, age: age - 20 + draw.normal(0, 6, ROWS),
    "a pension for some": lambda draw, age: np.where(age > 65, draw.gamma(2, 5, ROWS), NAN),
    "a noisy class": lambda draw, age: np.floor((age + draw.normal(0, 15, ROWS)) / 10),
    "the middle against both ends": lambda draw, age: (np.abs(age - 50) < 12) * 1.0,
    "an amount that grows": lambda draw, age: np.exp(age / 20 + draw.normal(0, 0.8, ROWS)),
}
GENDERS: dict[str, Callable[[np.random.Generator, Numbers], Numbers]] = {
    "the same under another name": lambda draw, side: side,
    "a title": lambda draw, side: np.where(draw.random(ROWS) < 0.1, NAN, 1 - side),
    "a title that is often missing": lambda draw, side: np.where(
        draw.random(ROWS) < 0.5, NAN, side
    ),
    "wrong for one in ten": lambda draw, side: np.abs(side - (draw.random(ROWS) < 0.1)),
    "wrong for one in four": lambda draw, side: np.abs(side - (draw.random(ROWS) < 0.25)),
    "a size": lambda draw, side: 40 + 2 * side + draw.normal(0, 1.5, ROWS),
    "a class of sizes": lambda draw, side: np.round(2 + side + draw.normal(0, 0.9, ROWS)),
    "known of one side alone": lambda draw, side: np.where(side == 1, draw.gamma(2, 5, ROWS), NAN),
    "missing for many of one side": lambda draw, side: np.where(
        (side == 1) & (draw.random(ROWS) < 0.5), NAN, draw.gamma(2, 5, ROWS)
    ),
    "a share of purchases": lambda draw, side: draw.beta(2 + 2 * side, 4 - 2 * side),
}


def planted() -> list[tuple[str, Any, Any, int]]:
    found: list[tuple[str, Any, Any, int]] = []
    for seed, (name, made) in enumerate(AGES.items()):
        age = np.random.default_rng(seed).uniform(20, 80, ROWS)
        found.append((name, made(np.random.default_rng([seed, 1]), age), age, seed))
    for seed, (name, made) in enumerate(GENDERS.items(), start=50):
        side = np.random.default_rng(seed).integers(0, 2, ROWS) * 1.0
        found.append((name, made(np.random.default_rng([seed, 1]), side), side, seed))
    return found


def test_twenty_of_twenty_planted_proxies_are_found_and_nothing_else_is() -> None:
    found = {}
    for name, proxy, protected, seed in planted():
        beside = others(np.random.default_rng([seed, 2]))
        found[name, seed] = [
            one.column for one in weighed(beside | {"z": proxy}, protected).proxies
        ]
    assert len(found) == 20
    assert {key: names for key, names in found.items() if names != ["z"]} == {}


def test_of_attributes_that_tell_nothing_at_most_one_in_twenty_is_called_a_proxy() -> None:
    accused = 0
    for seed in range(25):
        draw = np.random.default_rng([seed, 9])
        protected = draw.integers(0, 2, ROWS) * 1.0 if seed % 2 else draw.uniform(20, 80, ROWS)
        accused += len(weighed(others(draw), protected).proxies)
    assert accused <= 5


def test_what_is_given_up_is_what_the_outcome_owes_to_it() -> None:
    draw = np.random.default_rng(3)
    age = draw.normal(size=ROWS)
    driven = (age + draw.normal(size=ROWS) > 0) * 1.0
    assert weighed(others(draw), age, driven).given_up > 0.2
    assert weighed(others(draw), age).given_up < 0.05


def test_what_is_called_lawful_is_not_left_out_and_named_with_its_reason() -> None:
    draw = np.random.default_rng(4)
    columns = [ReadColumn("a1", "customers", Known.ALWAYS, ("a1",))]
    keys, cutoffs = np.arange(ROWS, dtype=np.int32), np.zeros(ROWS, np.int64)
    vectors = Vectors("", ("a1",), keys, cutoffs, draw.normal(size=(ROWS, 1)).astype(np.float32))
    both = tuple(ProtectedAttribute(one, (draw.normal(size=ROWS),)) for one in ("age", "gender"))
    why = {"age": "a rate of the insurance act", "faith": "of nobody"}
    report = weigh_protected(vectors, (np.arange(ROWS) % 2).astype(np.float64), columns, both, why)
    assert [one.name for one in report.left_out] == ["gender"]
    told = report.as_dict()
    assert told["lawful"] == {"age": "a rate of the insurance act"}
    said = fairness_lines(told)
    assert len(said) == 2 and "calls it lawful: a rate of the insurance act" in said[1]
    assert called_lawful(told) == {"lawful": "age: a rate of the insurance act"}
    assert called_lawful(FairnessReport(900, ()).as_dict()) == {}


def test_it_is_said_loudly_with_the_figure_and_the_proxies_by_name() -> None:
    report = FairnessReport(900, [LeftOut("age", 0.0213, 0.81, [Proxy("tariff", 0.8049)])])
    told = report.as_dict()
    assert fairness_rows(told) == [("age", "0.021", "0.810", "tariff 0.805")]
    (line,) = fairness_lines(told)
    assert "age is left out" in line and "0.021 AUC given up" in line and "tariff (0.805)" in line
    assert "| age | 0.021 |" in fairness_markdown(told)
    (of_amounts,) = fairness_lines(told, ORDER)
    assert "0.021 of the order given up" in of_amounts
    assert "of the order given up" in fairness_markdown(told, ORDER)
    heading, said, _ = fairness_section(told)
    assert heading == "## What nobody is judged by" and said == line.strip()


@pytest.mark.parametrize("report", [FairnessReport(900, ()), FairnessReport(0, ())])
def test_nothing_is_said_where_nothing_is_left_out(report: FairnessReport) -> None:
    told = report.as_dict()
    assert fairness_rows(told) == [] == fairness_lines(told) and fairness_markdown(told) == ""
    assert fairness_section(told) == []
