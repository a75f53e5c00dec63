"""Settings proposed from a company's own files: written, and said in words what is still open."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from regulars.main import main


def run(settings: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--settings", str(settings)])


def test_a_draft_with_open_columns_says_so_and_check_refuses_it(tmp_path: Path) -> None:
    rows = [f"o{n},2026-01-{1 + n % 28:02},t{n % 3},{n + 1}.50" for n in range(60)]
    (tmp_path / "sales.csv").write_text("\n".join(["receipt,date,sku,amount", *rows]) + "\n")
    settings = tmp_path / "regulars.toml"
    answer = run(settings, "init", "--purchases", str(tmp_path / "sales.csv"), "--json")
    assert answer.exit_code == 0
    said = json.loads(answer.output.splitlines()[-1])
    assert said["open"] == ["tables.purchases.columns.customer_id"]
    assert "STILL TO BE WRITTEN: customer_id" in settings.read_text()
    refused = run(settings, "check")
    assert refused.exit_code != 0
    assert "customer_id" in refused.output


def test_contracts_alone_are_enough(tmp_path: Path) -> None:
    rows = [f"c{n},k{n},2026-01-{1 + n % 28:02},2026-12-{1 + n % 28:02}" for n in range(60)]
    names = "customer_id,contract_id,start date,end date"
    (tmp_path / "c.csv").write_text("\n".join([names, *rows]) + "\n")
    settings = tmp_path / "regulars.toml"
    assert run(settings, "init", "--contracts", str(tmp_path / "c.csv")).exit_code == 0
    assert 'outcome = "contract"' in settings.read_text()
    assert run(settings, "check").exit_code == 0
