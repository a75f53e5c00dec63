"""A drugstore with three tastes of customers: some items run out and are bought again, others are tried once."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.commands.shop import line, write_shop

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

[tables.items]
source = "articles.csv"

[tables.items.columns]
item_id = "article"
name = "title"
category = "shelf"

[recommendations]
horizon_days = 30
"""
ITEMS = 36
DAYS = 200


def article(item: int) -> str:
    """The number of an item; those of one taste leave the same remainder by three."""
    return f"a{item:02}"


def sales(customers: int = 240, seed: int = 1) -> list[str]:
    """Each customer has a taste and two items of it every 12 to 24 days, and tries others of that taste."""
    random = np.random.default_rng(seed)
    found = []
    for customer in range(customers):
        tasty = np.arange(customer % 3, ITEMS, 3)
        staples = random.choice(tasty, 2, replace=False)
        every = int(random.integers(12, 25))
        for day in range(customer % every, DAYS, every):
            wanted = {int(one) for one in staples} | {int(random.choice(tasty))}
            if random.random() < 0.15:
                wanted.add(int(random.integers(ITEMS)))
            for item in sorted(wanted):
                told = line(customer, day, price=f"{1 + item % 7}.00")
                found.append(told.replace(",tea,", f",{article(item)},"))
    return found


def write_drugstore(folder: Path, customers: int = 240) -> Path:
    """Write the shop's files and return the path of its settings."""
    titles = [f"{article(one)},Item {one},Shelf {one % 3}" for one in range(ITEMS)]
    (folder / "articles.csv").write_text("\n".join(["article,title,shelf", *titles, ""]))
    return write_shop(folder, sales(customers), settings=SETTINGS)
