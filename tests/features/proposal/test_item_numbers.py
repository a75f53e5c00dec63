"""Lines that name no article keep their money, whatever a program writes where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.features.proposal.lines import NAMES, checked, mapped, proposed

WITHOUT_ITEM = tuple(name for name in NAMES if name != "item_id")


@pytest.mark.parametrize("word", ["NULL", "#N/A", "\\N", "-", "", None])
def test_what_a_program_writes_for_no_article_is_the_unknown_item(
    tmp_path: Path, word: str | None
) -> None:
    sku = {"sku": lambda line: word if line["order"] % 5 == 0 else line["item_id"]}
    found = proposed(tmp_path, sku, names=WITHOUT_ITEM)
    assert mapped(found)["item_id"].endswith("'unknown item')")
    report = checked(found, tmp_path)
    assert not report.refused
    assert report.of("purchases").rows_set_aside == 0


def test_an_article_with_a_name_counts_under_it(tmp_path: Path) -> None:
    extra = {
        "sku": lambda line: "NULL" if line["order"] % 5 == 0 else line["item_id"],
        "product_name": lambda line: f"Article {line['item_id']}",
    }
    found = proposed(tmp_path, extra, names=WITHOUT_ITEM)
    said = mapped(found)["item_id"]
    assert said.startswith("coalesce(CASE WHEN trim(sku) NOT IN ('NULL')")
    assert "product_name" in said
    assert not checked(found, tmp_path).refused


def test_articles_that_all_have_numbers_stay_as_they_are(tmp_path: Path) -> None:
    assert mapped(proposed(tmp_path))["item_id"] == "item_id"
