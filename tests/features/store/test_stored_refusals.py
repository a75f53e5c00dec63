"""What a check refuses of all purchases together no ingest lets through, whichever files it reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from features.checks.breaches import ContractBroken
from features.checks.checking import check
from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from tests.features.tables import purchases


def straight(order: int) -> date:
    return date(2025, 1, 7) + timedelta(days=3 * order)


def exchanged(order: int) -> date:
    day = straight(order)
    return day.replace(day=day.month, month=day.day) if day.day <= 12 else day


def shop(folder: Path, days: Callable[[int], date], amount: float = 4.5) -> Settings:
    rows = [
        (f"c{order % 7}", f"INV-{1000 + order}", days(order).isoformat(), "tea", 1, amount)
        for order in range(60)
    ]
    return purchases(folder, rows)


def refused(settings: Settings, folder: Path) -> list[str]:
    with pytest.raises(ContractBroken) as caught:
        ingest(settings, Workspace(folder / "ws"))
    return [one.rule for one in caught.value.report.breaches]


def test_purchases_without_money_are_not_stored(tmp_path: Path) -> None:
    settings = shop(tmp_path, straight, 0.0)
    assert check(settings).refused
    assert refused(settings, tmp_path) == ["no_money.amount"]
    assert not list((tmp_path / "ws" / "store").glob("*/store.json"))


def test_purchases_with_exchanged_days_are_not_stored(tmp_path: Path) -> None:
    settings = shop(tmp_path, exchanged)
    assert check(settings).refused
    assert refused(settings, tmp_path) == ["exchanged.ordered_at"]


def test_what_is_right_is_stored_and_so_is_what_was_said_to_have_no_money(tmp_path: Path) -> None:
    settings = shop(tmp_path, straight)
    table = settings.tables["purchases"]
    said = replace(table, columns={**table.columns, "amount": "0"})
    for one in (settings, replace(settings, tables={"purchases": said})):
        assert ingest(one, Workspace(tmp_path / "ws")).rows["purchases"] == 60


def test_an_order_that_brings_money_beside_dearer_returns_is_enough(tmp_path: Path) -> None:
    rows = [("c1", "o1", "2026-01-04", "tea", 1, 3.0), ("c2", "o2", "2026-01-05", "tea", -1, -9.0)]
    assert ingest(purchases(tmp_path, rows), Workspace(tmp_path / "ws")).rows["purchases"] == 2
