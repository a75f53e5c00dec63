"""A shop whose customers buy weekly and yearly is told, with its first settings, that no horizon fits both."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from features.proposal.propose import propose


@pytest.mark.parametrize(("slow_days", "is_told"), [(350, True), (70, False)])
def test_paces_twenty_times_apart_are_told_beside_the_horizon(
    tmp_path: Path, slow_days: int, is_told: bool
) -> None:
    lines = ["customer_id,order_id,ordered_at,item_id,quantity,amount"]
    for key in range(40):
        pace = 7 if key % 2 else slow_days
        for place in range(3 if pace == slow_days else 60):
            day = date(2023, 1, 2 + key % 7) + timedelta(days=pace * place)
            lines.append(f"c{key:02d},o{key}-{place},{day},sku{place % 5},1,9.50")
    path = tmp_path / "sales.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    reason = propose(path).horizon_reason
    assert reason.startswith("Nine of ten gaps")
    assert ('outcome = "overdue" in [churn]' in reason) is is_told
