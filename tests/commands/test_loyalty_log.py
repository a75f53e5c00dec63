"""A log of who came when, in which no line says what was paid: nothing about money is said anywhere."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as parquet
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from regulars.main import main
from tests.commands.shop import SETTINGS, leaving_and_staying, write_shop
from tests.serving.calling import Service
from tests.serving.company import Company

LOG = SETTINGS.replace('amount = "pieces * price"', 'amount = "0"')
MONEY = re.compile(
    r"\bEUR\b|€|\bspen[dt]|\bmoney\b|high value|low value|(?:value|spend) at risk|\b0[.,]00\b", re.I
)
ALLOWED = (
    # It says that nothing is said.
    "No line says what was paid, so nothing is told of money anywhere; orders by month:",
)


def told(settings: Path, *words: str, code: int = 0) -> str:
    """What a person reads of a command."""
    result = CliRunner().invoke(main, [*words, "--settings", str(settings)])
    assert result.exit_code == code, result.output
    return result.output


def about_money(text: str) -> list[str]:
    for one in ALLOWED:
        text = text.replace(one, "")
    return [line for line in text.splitlines() if MONEY.search(line)]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A shop without money, and what its commands said."""
    settings = write_shop(tmp_path_factory.mktemp("log"), leaving_and_staying(), settings=LOG)
    ways = (["check"], ["ingest"], ["train", "churn"], ["vectors"])
    answers = {" ".join(words): told(settings, *words) for words in ways}
    # So regular a shop is told better by recency and frequency alone.
    answers["train segments"] = told(settings, "train", "segments", code=1)
    told(settings, "promote", "--model", "segments", "--force", "--reason", "a drill")
    return settings, answers | {"score": told(settings, "score")}


@pytest.fixture(scope="module")
def service(
    said: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    settings = load_settings(said[0])
    company = Company(said[0], settings, Workspace(settings.workspace_folder))
    opened = Service(company, tmp_path_factory.mktemp("ledger"))
    yield opened
    opened.close()


def test_no_command_says_anything_of_money(said: tuple[Path, dict[str, str]]) -> None:
    settings, answers = said
    for command, text in answers.items():
        assert about_money(text) == [], command
    months = [one for one in answers["check"].splitlines() if re.match(r"\s+2025-\d\d  ", one)]
    assert len(months) == 12 and all(" orders" in one for one in months)
    assert about_money(told(settings, "vectors", "describe")) == []


def test_nothing_that_a_training_keeps_says_anything_of_money(
    said: tuple[Path, dict[str, str]],
) -> None:
    runs = list((said[0].parent / ".workspace" / "mlflow" / "artifacts").rglob("card.md"))
    assert len(runs) == 2
    for card in runs:
        assert about_money(card.read_text(encoding="utf-8")) == [], card
        for table in (card.parent / "tables").glob("*.md"):
            assert about_money(table.read_text(encoding="utf-8")) == [], table
    [lists] = [one for run in runs for one in run.parent.glob("tables/lists.csv")]
    rows = list(csv.DictReader(lists.read_text(encoding="utf-8").splitlines()))
    assert rows and {row["profit_cents"] for row in rows} == {""}
    [profile] = [one for run in runs for one in run.parent.glob("tables/profile.json")]
    assert {one["spend_cents"] for one in json.loads(profile.read_text())} == {None}


def test_what_is_asked_of_money_is_refused_in_words(said: tuple[Path, dict[str, str]]) -> None:
    settings = said[0]
    refused = " ".join(told(settings, "train", "value", code=1).split())
    assert "nothing to learn of money" in refused and "Traceback" not in refused
    partial = settings.with_name("partial.toml")
    content = settings.read_text(encoding="utf-8") + 'outcome = "partial"\n'
    partial.write_text(content, encoding="utf-8")
    assert "nothing to learn of money" in " ".join(told(partial, "train", "churn", code=1).split())


def test_no_page_says_anything_of_money(service: Service) -> None:
    browser = service.browser()
    for path in (
        "/churn",
        "/churn?sort=spend&spend=100",
        "/churn?sort=at_risk",
        "/churn?stage=repeat",
    ):
        page = BeautifulSoup(browser.get(path).text, "html.parser")
        assert page.select(".list tbody tr"), path
        assert about_money(page.get_text("\n")) == [], path
        assert page.select_one('.filters [name="spend"]') is None
        heads = [one.get_text() for one in page.select(".list thead th")]
        cells = page.select(".list tbody tr:first-child > *")
        assert len(heads) == len(cells) == 5
        link = str(page.select_one(".list .customer a")["href"])  # type: ignore[index]
        customer = BeautifulSoup(browser.get(link).text, "html.parser")
        assert about_money(customer.get_text("\n")) == [], link
        assert [one.get_text() for one in customer.select(".figures dt")] == ["Last order"]


def test_links_that_ask_for_money_are_taken_as_asking_for_nothing(service: Service) -> None:
    browser = service.browser()
    first = [
        [one.get_text() for one in BeautifulSoup(browser.get(path).text, "html.parser").select(".customer")]
        for path in ("/churn", "/churn?sort=spend", "/churn?sort=at_risk", "/churn?spend=1000")
    ]  # fmt: skip
    assert first[0] and first.count(first[0]) == 4


def test_no_file_says_anything_of_money(
    said: tuple[Path, dict[str, str]], service: Service, tmp_path: Path
) -> None:
    content = service.browser().get("/churn.csv").text.removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(content)))
    money = ("spend_365d", "spend_at_risk", "value_at_risk", "expected_value", "currency")
    assert rows and {row[name] for row in rows for name in money} == {""}
    file = tmp_path / "reasons.parquet"
    told(said[0], "export", str(file))
    table = parquet.read_table(file)
    assert {*table["value_at_risk_cents"].to_pylist()} == {None}
    assert not any(MONEY.search(str(one)) for row in table.to_pylist() for one in row.values())


def test_no_answer_says_anything_of_money(service: Service) -> None:
    in_use = service.models_in_use.in_use
    assert in_use is not None
    place = int(in_use.snapshot.ranking.customer_keys[0])
    name, caller = in_use.snapshot.customer_ids[place], service.caller("score")
    [row] = caller.score(rows=[{"customer_id": name}])["rows"]
    assert row["probability"] > 0 and "value" not in row
    assert about_money(json.dumps(row, indent=1)) == []
    view = caller.post("/v1/customer", json={"customer_id": name}).json()
    assert about_money(json.dumps(view, indent=1)) == []
    orders = [one for one in view["timeline"] if one["kind"] == "order"]
    assert orders and all("amount_cents" not in one["details"] for one in orders)
