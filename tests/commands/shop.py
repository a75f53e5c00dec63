"""A small shop in CSV files, as a user would bring it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from regulars.main import main
from tests.shared_companies import made_once, shared_folder

HEADER = "customer,receipt,day,article,pieces,price"
SETTINGS = """
[tables.purchases]
source = "sales.csv"

[tables.purchases.columns]
customer_id = "customer"
order_id = "receipt"
ordered_at = "day"
item_id = "article"
quantity = "pieces"
amount = "pieces * price"

[churn]
horizon_days = 30
"""
FIRST_DAY = date(2025, 1, 1)


def line(customer: int, day: int, *, price: str = "5.00", receipt: str = "") -> str:
    """One bought piece; the receipt is named after customer and day unless said otherwise."""
    when = FIRST_DAY + timedelta(days=day)
    return f"c{customer:03},{receipt or f'r{customer:03}-{day:03}'},{when},tea,1,{price}"


def stops_on(customer: int, days: int = 360) -> int:
    """The day from which a customer buys no more: two of three stop one by one over the year."""
    return days if customer % 3 == 0 else 60 + (customer * 7) % (days - 60)


def leaving_and_staying(customers: int = 300, days: int = 360) -> list[str]:
    """Every customer buys every 10 days, each starting on another day, until the day they stop."""
    return [
        line(customer, day)
        for customer in range(customers)
        for day in range(customer % 10, stops_on(customer, days), 10)
    ]


def nobody_leaves(customers: int = 60, days: int = 360) -> list[str]:
    """Every customer buys every 10 days to the very end."""
    return [line(customer, day) for customer in range(customers) for day in range(0, days, 10)]


def write_shop(
    folder: Path, lines: Iterable[str], *, settings: str = SETTINGS, header: str = HEADER
) -> Path:
    """Write the shop's files and return the path of its settings."""
    (folder / "sales.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    path = folder / "regulars.toml"
    path.write_text(settings, encoding="utf-8")
    return path


def own_copy_of(settings: Path, folder: Path) -> Path:
    """The settings of a copy of a shop with all that was trained and scored in it, for a test that changes it."""
    return Path(shutil.copytree(settings.parent, folder / "copy")) / settings.name


def trained_shop_in(folder: Path, temporary: pytest.TempPathFactory) -> Path:
    """The settings of a shop in a folder of one's own, whose model is trained and whose customers are scored.

    It was made elsewhere: to a store, copied files are other files, which the next ingest reads anew.
    """
    made = made_once(shared_folder(temporary), "trained shop", _trained)
    return Path(shutil.copytree(made, folder)) / "regulars.toml"


def _trained(folder: Path) -> None:
    settings = write_shop(folder, leaving_and_staying())
    for words in (["ingest"], ["vectors"], ["train", "churn"], ["score"]):
        result = CliRunner().invoke(main, [*words, "--settings", str(settings), "--json"])
        assert result.exit_code == 0, result.output
