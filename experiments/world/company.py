"""Simulating a company: block by block into Parquet, with the truth beside it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from experiments.world import columns, ledgers
from experiments.world.baskets import basket_mean
from experiments.world.blocks import block_of
from experiments.world.catalogue import SimulatedCatalogue, catalogue_of
from experiments.world.spec import WorldSpec, random_stream
from experiments.world.truth import World
from features.company.settings.declared import SETTINGS_FILE
from features.vocabulary.errors import UsageRefused
from features.vocabulary.progress import Progress, silent

WORLD_FILE = "world.json"
_DRAFT = ".world.draft"
_UNFINISHED = "unfinished"


def simulate(spec: WorldSpec, folder: Path, progress: Progress = silent) -> World:
    """Simulate a company into a folder: its tables as Parquet, ``regulars.toml``, and the truth.

    A finished world of the same spec is opened as it is. A world is written as a draft inside the
    folder and moved into place when complete, so a run killed in the middle leaves nothing that could
    be taken for a world. An existing ``regulars.toml`` of an earlier world is kept.

    Raises ``UsageRefused`` when the folder holds other files.
    """
    marker = _marker(folder)
    if marker == spec.digest:
        return World.open(folder)
    if marker is None and folder.exists() and any(_foreign(folder)):
        raise UsageRefused(
            expected="an empty folder, or one with an earlier simulated company",
            found=f"other files in {folder.name}",
            remedy="Name another folder for the simulated company.",
        )
    draft = folder / _DRAFT
    shutil.rmtree(draft, ignore_errors=True)
    (draft / "truth").mkdir(parents=True)
    _write_world(spec, draft, progress)
    _publish(spec, draft, folder)
    return World.open(folder)


def _marker(folder: Path) -> str | None:
    """The digest of the world in a folder, ``unfinished`` for a half-moved one, None for none."""
    try:
        content = json.loads((folder / WORLD_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError:
        return _UNFINISHED
    return str(content.get("digest", _UNFINISHED))


def _foreign(folder: Path) -> Iterator[Path]:
    ours = (_DRAFT, f"{WORLD_FILE}.new")
    return (path for path in folder.iterdir() if path.name not in ours)


def _publish(spec: WorldSpec, draft: Path, folder: Path) -> None:
    """Move a complete draft into place; the marker says unfinished until the last file is there."""
    _mark(folder, {"digest": _UNFINISHED})
    shutil.rmtree(folder / "truth", ignore_errors=True)
    for path in sorted(draft.iterdir()):
        if path.name == SETTINGS_FILE and (folder / SETTINGS_FILE).exists():
            continue
        path.replace(folder / path.name)
    _mark(folder, {"digest": spec.digest, "spec": spec.as_dict()})
    shutil.rmtree(draft)


def _mark(folder: Path, content: dict[str, Any]) -> None:
    beside = folder / f"{WORLD_FILE}.new"
    with beside.open("w", encoding="utf-8") as file:
        file.write(json.dumps(content, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / WORLD_FILE)


def _write_world(spec: WorldSpec, folder: Path, progress: Progress) -> None:
    catalogue = catalogue_of(spec, random_stream(spec, -1, "people"))
    mean_lines = basket_mean(spec, catalogue)
    (folder / SETTINGS_FILE).write_text(SETTINGS, encoding="utf-8")
    with ExitStack() as files:
        writers: dict[str, Any] = {}
        for name, table in shared_tables(spec, catalogue):
            pq.write_table(table, folder / f"{name}.parquet", **PARQUET)
        for block in range(spec.blocks):
            progress("simulate", block, spec.blocks)
            for name, table in block_of(spec, block, catalogue, mean_lines).tables.items():
                if name not in writers:
                    path = folder / f"{name}.parquet"
                    writers[name] = files.enter_context(
                        pq.ParquetWriter(path, table.schema, **PARQUET)
                    )
                writers[name].write_table(table, row_group_size=max(1, table.num_rows))
    progress("simulate", spec.blocks, spec.blocks)


PARQUET: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 1,
    "store_schema": False,
    "store_decimal_as_integer": True,
    # Room for every order number of a row group, so that they are written once each.
    "dictionary_pagesize_limit": 16 << 20,
}


def shared_tables(spec: WorldSpec, catalogue: SimulatedCatalogue) -> Iterator[tuple[str, Any]]:
    """The tables that all customers share, by name."""
    yield "items", ledgers.items_table(catalogue)
    yield "offers", ledgers.offers_table(spec, catalogue)
    offers = {"category": catalogue.offer_category, "discount": catalogue.offer_discount}
    yield "truth/offers", columns.table(offers)


SETTINGS = """\
# A simulated company: every table of it, as Regulars reads it.
# The left side of a column is Regulars' name, the right side a SQL expression over the file's columns.
# What is true of these customers lies in truth/ and is never mapped.

workspace = ".workspace"

[company]
name = "Simulated company"
currency = "EUR"

[churn]
horizon_days = 90   # who buys nothing for so many days has left

[tables.purchases]   # one row a line of an order; a negative quantity is a return
source = "purchases.parquet"
timezone = "UTC"
columns = { customer_id = "customer_id", order_id = "order_id", ordered_at = "ordered_at", item_id = "item_id", quantity = "quantity", amount = "amount", discount = "discount", channel = "channel", store = "store" }

[tables.customers]   # one row a customer
source = "customers.parquet"
columns = { customer_id = "customer_id", name = "name", email = "email", registered_at = "registered_at", region = "region", member_since = "member_since", referrals = "referrals", marketing_consent = "marketing_consent", profiling_consent = "profiling_consent" }

[tables.items]   # one row an item
source = "items.parquet"
columns = { item_id = "item_id", name = "name", category = "category", department = "department", brand = "brand", unit_cost = "unit_cost" }

[tables.contacts]   # one row a touchpoint that is not a purchase
source = "contacts.parquet"
duplicates = "keep"   # two visits in one second are two visits
columns = { customer_id = "customer_id", contacted_at = "contacted_at", channel = "channel", kind = "kind", topic = "topic", resolved_at = "resolved_at", score = "score" }

[tables.offers]   # one row an offer that can be made
source = "offers.parquet"
columns = { offer_id = "offer_id", name = "name", kind = "kind", category = "category", discount = "discount", reward_cost = "reward_cost", margin = "margin", channel = "channel", starts_at = "starts_at" }

[tables.exposures]   # one row a time an offer was shown, or was deliberately not shown
source = "exposures.parquet"
columns = { customer_id = "customer_id", offer_id = "offer_id", shown_at = "shown_at", channel = "channel", arm = "arm", action_probability = "action_probability", accepted_at = "accepted_at", revenue = "revenue" }

[tables.contracts]   # one row a contract term
source = "contracts.parquet"
columns = { customer_id = "customer_id", contract_id = "contract_id", starts_at = "starts_at", ends_at = "ends_at", plan = "plan", price = "price", auto_renew = "auto_renew", cancelled_at = "cancelled_at" }
"""
