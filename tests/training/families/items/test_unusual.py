"""Companies that recommendations are not made for: each gets a model that serves, or a sentence that says why not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.store.store import open_store
from features.vocabulary.errors import ModelRefused
from tests.commands.shop import line, write_shop
from tests.training.families.items.drugstore import DAYS, SETTINGS, article, sales
from tests.training.families.items.histories import history
from training.families.items.ladder import in_parts
from training.families.items.learning import LearnedItems, learn_items

ARTICLES = (
    "article,title,shelf",
    *(f"{article(one)},Item {one},Shelf {one % 3}" for one in range(36)),
)


def learned(folder: Path, lines: list[str]) -> LearnedItems:
    """What is learned of a shop's sales."""
    (folder / "articles.csv").write_text("\n".join([*ARTICLES, ""]), encoding="utf-8")
    settings = load_settings(write_shop(folder, lines, settings=SETTINGS))
    workspace = Workspace(settings.workspace_folder)
    ingest(settings, workspace)
    return learn_items(open_store(workspace), settings.recommendations)


def renamed_from(day: int, lines: list[str]) -> list[str]:
    """The same sales where every article has another number from a day on."""
    first = np.datetime64("2025-01-01") + day
    told = (one.split(",") for one in lines)
    return [
        ",".join([*one[:3], f"new{one[3]}" if np.datetime64(one[2]) >= first else one[3], *one[4:]])
        for one in told
    ]


def test_a_catalogue_that_changed_wholly_in_the_last_days_is_refused_in_a_sentence(
    tmp_path: Path,
) -> None:
    with pytest.raises(ModelRefused) as refused:
        learned(tmp_path, renamed_from(DAYS - 30, sales(60)))
    said = str(refused.value)
    assert "bought in the 30 days after" in said and "none of 36 items" in said
    assert "whole catalogue" in said


def test_a_catalogue_that_changed_wholly_long_enough_ago_is_learned_from(tmp_path: Path) -> None:
    found = learned(tmp_path, renamed_from(DAYS - 80, sales(60)))
    # Everybody's articles of before are on nobody's list where the new ones sell.
    listed = found.sold.catalogue
    assert len(listed) == 72 and found.manifest.metrics["recall_10"] > 0.3


def test_of_ten_purchases_an_item_there_are_lists(tmp_path: Path) -> None:
    """As many items as customers, ten purchases each: next to nothing repeats, and nothing breaks."""
    random = np.random.default_rng(3)
    items, customers = 150, 150
    lines = []
    for number, item in enumerate(np.repeat(np.arange(items), 10).tolist()):
        told = line(number % customers, int(random.integers(DAYS)), receipt=f"r{number}")
        lines.append(told.replace(",tea,", f",{article(item)},"))
    found = learned(tmp_path, lines)
    assert len(found.sold.catalogue) == items
    metrics = found.manifest.metrics
    assert 0.0 <= metrics["recall_10"] <= metrics["candidate_recall"] <= 1.0


def test_scores_of_very_many_items_are_made_for_a_few_customers_at_a_time() -> None:
    bought = history([[(1, at, 1)] for at in range(60)], 100_000)
    parts = list(in_parts(bought))
    assert sum(one.customers for one in parts) == 60
    assert max(one.customers for one in parts) == 25
