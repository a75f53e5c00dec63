"""Data that carry no model: a sentence with what is missing, an exit code, and nothing published."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from features.company.workspace import Workspace
from tests.commands.shop import (
    FIRST_DAY,
    SETTINGS,
    leaving_and_staying,
    line,
    nobody_leaves,
    write_shop,
)
from tests.commands.test_refusals import refused, run
from tests.commands.test_without_purchases import GYM, LEADS, written

Made = Callable[[Path], Path]


def shop(lines: list[str], *, asked: str = "", value: str = "", amount: str = "") -> Made:
    """A shop of these lines whose question is ``asked``; ``amount`` is said in the place of price times pieces."""
    mapped = SETTINGS.replace("pieces * price", amount or "pieces * price")
    settings = mapped + (f'outcome = "{asked}"\n' if asked else "") + value
    return lambda folder: write_shop(folder, lines, settings=settings)


def alike(customers: int = 120, days: int = 300) -> list[str]:
    """Everybody buys the same on the same days."""
    return [line(customer, day) for customer in range(customers) for day in range(0, days, 10)]


def once(customers: int = 150) -> list[str]:
    """Everybody buys once and never again."""
    return [line(customer, 2 * customer) for customer in range(customers)]


def free(customers: int = 150, *, asked: str = "") -> Made:
    """Nothing costs anything, and the mapping says so."""
    return shop(leaving_and_staying(customers, days=200), asked=asked, amount="0")


def asked(answers: list[str]) -> Made:
    """Leads of whom these answers are known."""
    lines = ["lead,source,employees,won"]
    lines += [f"l{key:03},fair,{key + 1},{answer}" for key, answer in enumerate(answers)]
    return lambda folder: written(folder, LEADS, "leads.csv", lines)


def members(terms: int, *, customers: int = 80) -> Made:
    """Members with so many terms of thirty days, one after another without a pause."""
    lines = ["member,term,begins,ends,plan"]
    for key in range(customers):
        for number in range(terms):
            begins = FIRST_DAY + timedelta(days=key % 30 + 30 * number)
            lines.append(f"m{key},t{key}-{number},{begins},{begins + timedelta(days=30)},year")
    return lambda folder: written(folder, GYM, "terms.csv", lines)


CASES = {
    "churn, nobody left": ("churn", shop(nobody_leaves()), "0 who left and 60 who stayed"),
    "churn, everybody alike": ("churn", shop(alike()), "0 who left"),
    "churn, everybody gone": (
        "churn",
        shop([*once(90), line(999, 500)]),
        "who left and 0 who stayed",
    ),
    "churn, two customers": ("churn", shop(nobody_leaves(2)), "of 2 judged"),
    "churn, fewer leavers than needed": (
        "churn",
        shop(leaving_and_staying(40)),
        "at least 30 judged customers who left",
    ),
    "churn, a day of history": ("churn", shop([line(key, 0) for key in range(99)]), "found 1 days"),
    "churn, without the table": ("churn", shop(alike(20), asked="contract"), "days_until_contract"),
    "partial churn, nobody": ("churn", shop(alike(), asked="partial"), "0 who spent much less"),
    "partial churn, free": ("churn", free(60, asked="partial"), "nothing to learn of money"),
    "second purchase, nobody": (
        "churn",
        shop(once(), asked="second_purchase"),
        "0 who bought again",
    ),
    "contract, nobody left": ("churn", members(14), "0 who left"),
    "contract, a single term": ("churn", members(1), "days of history"),
    "stated, nobody won": ("churn", asked(["no"] * 90), '0 who had "lead won"'),
    "stated, all won": ("churn", asked(["yes"] * 90), "0 who did not"),
    "stated, one lead": ("churn", asked(["yes"]), "of 1 judged"),
    "value, everybody alike": ("value", shop(alike()), "everybody brought the same"),
    "value, nobody again": ("value", shop(once()), "30 of whom bought"),
    "value, free": ("value", free(), "nothing to learn of money"),
    "value, two customers": ("value", shop(nobody_leaves(2)), "100 customers"),
    "value, a day of history": (
        "value",
        shop([line(key, 0) for key in range(150)]),
        "120 days of purchases",
    ),
    "value, without purchases": ("value", members(14), "purchases to learn from"),
    "segments, everybody alike": ("segments", shop(alike()), "at least one feature that differs"),
    "segments, two customers": ("segments", shop(nobody_leaves(2)), "Expected"),
    "segments, too few": ("segments", shop(leaving_and_staying(40)), "at least 100 customers"),
    "segments, a day of history": ("segments", shop([line(1, 0), line(2, 0)]), "purchases over"),
    "segments, without purchases": ("segments", members(14), "purchases"),
}


@pytest.mark.parametrize(("model", "made", "said"), CASES.values(), ids=CASES.keys())
def test_data_that_carry_no_model_are_refused_and_nothing_is_published(
    model: str, made: Made, said: str, tmp_path: Path
) -> None:
    settings = made(tmp_path)
    ingested = run(settings, "ingest")
    assert ingested.exit_code == 0, ingested.output
    assert said in refused(run(settings, "train", model))
    left_over = {path.name for path in (tmp_path / ".workspace").iterdir()}
    assert not left_over & {"bundles", "mlflow"}


def test_outcomes_that_are_all_unknown_are_open_questions_from_which_nothing_is_learned(
    tmp_path: Path,
) -> None:
    settings = asked([""] * 90)(tmp_path)
    assert run(settings, "ingest").exit_code == 0
    assert "none that say yes or no" in refused(run(settings, "train", "churn"))


@pytest.mark.parametrize(
    ("value", "said"),
    [("horizon_days = 0", "value.horizon_days"), ("origins = 2", "value.origins of at least 3")],
)
def test_a_value_nobody_can_learn_is_refused_by_its_own_name(
    value: str, said: str, tmp_path: Path
) -> None:
    settings = shop(alike(20), value=f"[value]\n{value}\n")(tmp_path)
    assert said in refused(run(settings, "train", "value"), exit_code=2)


def test_a_second_trainer_is_refused_before_it_works(tmp_path: Path) -> None:
    settings = write_shop(tmp_path, leaving_and_staying(40))
    assert run(settings, "ingest").exit_code == 0
    workspace = Workspace(tmp_path / ".workspace")
    with workspace.scratch("training-churn", work="training churn"):
        answer = refused(run(settings, "train", "churn"))
        assert f"nobody else training churn; found process {os.getpid()} at it since" in answer
        assert "features" not in answer
    assert "30 judged customers" in refused(run(settings, "train", "churn"))
