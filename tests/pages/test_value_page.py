"""A customer's page says why they are expected to bring so much, in money that adds up as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from serving.in_use.models_in_use import InUse
from serving.pages.customer.contexts import CustomerPage
from serving.pages.customer.value_view import value_steps, value_sum
from serving.snapshot.reading import Snapshot
from tests.pages.customers import link_of, page_of
from tests.serving.calling import Service
from tests.serving.company import Company
from training.families.value.reasons.explanation import ValueExplanation, ValueReason
from training.reasons.languages.known import language_of

WHY = ValueExplanation(
    expected_cents=150_00,
    base_cents=100_00,
    reasons=(
        ValueReason(
            group="spend",
            title="Spend",
            cents=90_00.0,
            shown_cents=90_00,
            direction="raises",
            actionable="indirect",
            text="Spent €500",
            facts=(),
            parts={"chance": -10_00, "amount": 100_00},
        ),
    ),
    limit_cents=-45_00,
    other_cents=5_00,
    withheld=0,
)


@pytest.fixture(scope="module")
def in_use(
    valued_company: Company, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[InUse, Service]]:
    service = Service(valued_company, tmp_path_factory.mktemp("ledger"))
    found = service.models_in_use.in_use
    assert found is not None
    yield found, service
    service.close()


def amount(shown: str) -> float:
    """What a shown amount comes to, in units of the currency."""
    sign = -1.0 if "−" in shown else 1.0
    return sign * float("".join(one for one in shown if one in "0123456789."))


def test_the_steps_lead_from_the_base_to_the_value_with_the_limit_as_one_of_them() -> None:
    steps = value_steps(WHY, "EUR")
    assert [(one.kind, one.title, one.points) for one in steps] == [
        ("base", "Base value", "€100"),
        ("raises", "Spend", "+€90"),
        ("lowers", "Limit", "−€45"),
        ("other", "Everything else", "+€5"),
        ("total", "Value", "€150"),
    ]
    assert steps[1].detail == (
        "−€10 through the chance of buying at all, +€100 through how much if they buy"
    )
    blended = replace(WHY, reasons=(replace(WHY.reasons[0], parts={"chance": 1, "whole": 2}),))
    assert value_steps(blended, "EUR")[1].detail == ""
    assert value_sum(WHY, "EUR") == "€100 + €90 − €45 + €5 = €150"


def test_the_steps_are_told_in_german_with_german_money() -> None:
    steps = value_steps(WHY, "EUR", language_of("de"))
    assert [one.points for one in steps] == ["100 €", "+90 €", "−45 €", "+5 €", "150 €"]
    assert (steps[0].title, steps[2].title, steps[-1].title) == ("Grundwert", "Grenze", "Wert")
    assert value_sum(WHY, "EUR", language_of("de")) == "100 € + 90 € − 45 € + 5 € = 150 €"


def test_the_bars_stand_where_the_sum_has_come_to() -> None:
    found = [(one.start, one.width) for one in value_steps(WHY, "EUR")]
    assert found[0] == ("0.00%", "52.63%")
    assert found[1] == ("52.63%", "47.37%")
    assert found[2] == ("76.32%", "23.68%")
    assert found[-1] == ("0.00%", "78.95%")


def test_on_every_page_what_is_shown_adds_up(
    in_use: tuple[InUse, Service], valued: Snapshot
) -> None:
    models_in_use, service = in_use
    for position in np.linspace(0, valued.judged - 1, 25).astype(int):
        page: CustomerPage = page_of(models_in_use, service.models_in_use.settings, int(position))
        first, *changes, last = [amount(one.points) for one in page.value_steps]
        assert first + sum(changes) == pytest.approx(last, abs=1e-6)
        assert 3 <= len(page.value_steps) <= 10


def test_the_page_shows_it_and_the_file_says_the_first_reason(
    in_use: tuple[InUse, Service], valued: Snapshot
) -> None:
    caller = in_use[1].browser()
    page = caller.get(link_of(in_use[1], 0)).text
    assert "Why this value" in page and "Base value" in page
    lines = caller.get("/churn.csv").content.decode("utf-8-sig").splitlines()
    assert "value_reason_1,value_reason_1_money" in lines[0]
