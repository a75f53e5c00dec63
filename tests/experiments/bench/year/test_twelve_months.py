"""A month lived by the product's own commands, with everybody who decides beside it."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from experiments.bench.year.known import RULES
from experiments.bench.year.twelve_months import BY_A_YEAR, BY_SCORES, BY_STATUS, YearTerms, year_of
from experiments.world.answering.actions_taken import KINDS


@pytest.mark.slow
def test_every_arm_decides_within_the_budget_and_only_the_products_list_is_contacted(
    tmp_path: Path,
) -> None:
    said: list[str] = []
    year = year_of(YearTerms(500, months=1), 1, tmp_path, said.append)
    assert len(said) == 1
    assert set(year.arms) == {
        "product",
        "knows",
        *(BY_SCORES, BY_A_YEAR, BY_STATUS),
        *(f"{rule}, {kind}" for rule in RULES for kind in KINDS),
    }
    assert year.budget_cents > 0
    assert all(len(arm.net_cents) == 1 for arm in year.arms.values())
    assert year.knows.year_cents > max(year.best_rule.year_cents, year.product.year_cents)
    # Three of a hundred go otherwise than the lot had it; everybody else as the campaign was drawn.
    drawn = pq.read_table(tmp_path / "product" / "campaigns.parquet").to_pandas()
    numbers = drawn.customer_id.str[1:].astype(int)
    taken = year.product.company.taken
    today = set(taken.person[taken.day == 1_095].tolist())
    treated = set(numbers[drawn.arm == "treated"].tolist())
    assert today <= set(numbers.tolist())
    assert len(treated & today) >= 0.85 * len(treated)
    assert (tmp_path / "product" / "list.csv").read_text(encoding="utf-8").count("Reached") > 0
