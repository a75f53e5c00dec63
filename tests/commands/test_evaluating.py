"""`regulars evaluate`: a card beside its predictions, whoever was erased since, and the file for an analyst."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from click.testing import CliRunner, Result

from features.company.erased_names import ErasedNames
from features.company.workspace import Workspace
from features.vocabulary.arrays import Floats
from regulars.main import main
from tests.absolute_paths import places_naming
from tests.commands.shop import leaving_and_staying, line, write_shop
from training.measures.predictions.table import FILE


def called(settings: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--settings", str(settings)])


def told(settings: Path, *words: str, exit_code: int = 0) -> dict[str, Any]:
    """What a command says to a script."""
    result = called(settings, *words, "--json")
    assert result.exit_code == exit_code, result.output[:2_000]
    answer: dict[str, Any] = json.loads(result.output.splitlines()[-1])
    return answer


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with a model of churn that is in nobody's use yet."""
    settings = write_shop(tmp_path_factory.mktemp("shop"), leaving_and_staying(150, days=240))
    told(settings, "ingest")
    told(settings, "train", "churn", "--no-promote")
    return settings


@pytest.fixture(scope="module")
def card(trained: Path) -> dict[str, Any]:
    """What is said of it to a script."""
    return told(trained, "evaluate", "churn")


@pytest.fixture
def shop(trained: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(trained.parent, tmp_path / "shop")) / trained.name


def workspace(settings: Path) -> Workspace:
    return Workspace(settings.parent / ".workspace")


def test_every_figure_of_a_card_follows_from_the_predictions_of_its_training(
    trained: Path, card: dict[str, Any]
) -> None:
    assert (card["done"], card["version"], card["differ"]) == (True, "1", 0)
    assert (card["rows_gone"], len(card["figures"]) > 100) == (0, True)
    assert all(one["agrees"] for one in card["figures"])
    parts = {
        one["figure"].split(".")[1] for one in card["figures"] if "evaluation." in one["figure"]
    }
    assert {"campaign", "slices", "decay", "when", "leavers", "leaks", "fairness", "trust"} <= parts
    assert card["figures"] == told(trained, "evaluate", "--version", "1")["figures"]


def test_what_is_not_recomputed_is_named_with_its_reason(
    trained: Path, card: dict[str, Any]
) -> None:
    left_out = card["left_out"]
    assert {one["place"].split(".")[1] for one in left_out} == {"trust"}
    assert {one["why"] for one in left_out} == {
        "it is told by fits on other customers or without limits, which only a training makes"
    }
    assert any(one["place"].endswith("stability") and one["figures"] == 7 for one in left_out)
    said = called(trained, "evaluate").output
    assert "Not recomputed: evaluation.trust" in said
    assert "✓" in said and "differs" not in said and "The ladder" in said


def test_predictions_lie_in_the_workspace_alone_and_name_nobody(trained: Path) -> None:
    folder = workspace(trained).folder
    [file] = folder.rglob("*predictions.parquet")
    assert file.relative_to(folder).parts[:2] == ("predictions", "churn") and file.name == FILE
    assert places_naming(folder / "predictions", "c001") == []


def test_a_version_nobody_registered_is_refused_and_the_one_in_use_is_meant_where_none_is_named(
    shop: Path,
) -> None:
    refused = told(shop, "evaluate", "churn", "--version", "9", exit_code=1)
    assert refused["refused"]["found"] == "no version 9"
    told(shop, "promote", "--force", "--reason", "a test")
    # What is in use is known without the registry.
    shutil.rmtree(workspace(shop).mlflow)
    assert (
        told(shop, "evaluate")["differ"] == told(shop, "evaluate", "--version", "1")["differ"] == 0
    )


def test_predictions_that_do_not_give_the_card_are_told_figure_by_figure(shop: Path) -> None:
    change(shop, "probability", lambda chances, _: np.clip(chances * 1.001, 0, 1))
    answer = told(shop, "evaluate", exit_code=1)
    wrong = {one["figure"] for one in answer["figures"] if not one["agrees"]}
    assert answer["differ"] == len(wrong) and "metrics.observed_over_expected" in wrong
    # A score that rises with the one before puts customers in the same order.
    assert "metrics.auc" not in wrong
    assert "differs by" in called(shop, "evaluate").output


@pytest.mark.parametrize(
    "column, part",
    [("aged_probability", "decay"), ("silent_to_period_3", "when"), ("waited_days", "when")],
)
def test_one_other_answer_is_told_by_the_figures_that_stand_on_it_alone(
    shop: Path, column: str, part: str
) -> None:
    def one_other(values: Floats, _: pa.Table) -> Floats:
        return np.where(np.arange(len(values)) == np.nanargmax(values), values / 10, values)

    change(shop, column, one_other)
    answer = told(shop, "evaluate", exit_code=1)
    wrong = {one["figure"] for one in answer["figures"] if not one["agrees"]}
    assert {".".join(one.split(".")[:2]) for one in wrong} == {f"evaluation.{part}"}


def test_one_other_chance_of_one_customer_is_told_by_ladder_list_and_slices(
    shop: Path, card: dict[str, Any]
) -> None:
    title = card["title"]

    def one_other(chances: Floats, table: pa.Table) -> Floats:
        place = table["rung"].to_pylist().index(title)
        return np.where(np.arange(len(chances)) == place, 1 - chances, chances)

    change(shop, "probability", one_other)
    answer = told(shop, "evaluate", exit_code=1)
    wrong = {one["figure"] for one in answer["figures"] if not one["agrees"]}
    parts = {".".join(one.split(".")[:2]) for one in wrong}
    assert {"metrics.log_loss", f"ladder.{title}", "evaluation.slices"} <= parts
    assert not parts & {"base_rate", "evaluation.leaks", "evaluation.leavers", "evaluation.trust"}


def change(shop: Path, column: str, other: Callable[[Floats, pa.Table], Floats]) -> None:
    """Have a column of the predictions be another, and leave the file as it is but for that."""
    [path] = (workspace(shop).folder / "predictions" / "churn").rglob(f"*{FILE}")
    table = parquet.read_table(path)
    values = pa.array(other(table[column].to_numpy(), table))
    changed = table.set_column(table.schema.get_field_index(column), column, values)
    with parquet.ParquetWriter(path, table.schema) as writer:
        first = 0
        for rows in _pieces(table):
            writer.write_table(changed.slice(first, rows), row_group_size=rows)
            first += rows


def _pieces(table: pa.Table) -> list[int]:
    """How many rows stand one after the other of the same rung and test."""
    frame = table.to_pandas()[["rung", "cutoff"]]
    begins = (frame != frame.shift()).any(axis=1).cumsum()
    return [int(rows) for rows in begins.value_counts(sort=False)]


def test_after_an_erasure_the_figures_may_differ_and_that_is_said(shop: Path) -> None:
    with closing(ErasedNames(workspace(shop).erased)) as names:
        names.add(["c000", "c003"])
    answer = told(shop, "evaluate")
    assert answer["done"] is True and answer["rows_gone"] > 0 and answer["differ"] > 0
    assert "customers were erased since" in {one["why"].split(",")[0] for one in answer["left_out"]}
    said = called(shop, "evaluate").output
    assert "rows are gone since" in said and "differs by" in said


def test_a_workspace_that_was_moved_says_the_same(
    trained: Path, card: dict[str, Any], tmp_path: Path
) -> None:
    copied = Path(shutil.copytree(trained.parent, tmp_path / "elsewhere")) / trained.name
    moved = Path(shutil.move(copied.parent, tmp_path / "moved")) / trained.name
    after = told(moved, "evaluate")
    assert (after["figures"], after["left_out"]) == (card["figures"], card["left_out"])
    assert not copied.parent.exists()


def test_where_the_store_holds_other_data_by_now_nothing_is_asked_of_them(shop: Path) -> None:
    with (shop.parent / "sales.csv").open("a", encoding="utf-8") as sales:
        sales.write(line(0, 239, receipt="one-more") + "\n")
    told(shop, "ingest")
    answer = told(shop, "evaluate")
    assert answer["differ"] == 0
    why = {one["place"]: one["why"] for one in answer["left_out"]}
    assert "other data" in why["evaluation.leaks"] and "other data" in why["base_rate"]
    assert "decay" in {
        one["figure"].split(".")[1] for one in answer["figures"] if "." in one["figure"]
    }


def test_another_question_in_the_settings_is_told_and_not_answered(shop: Path) -> None:
    settings = shop.read_text(encoding="utf-8")
    shop.write_text(settings.replace("horizon_days = 30", "horizon_days = 31"), encoding="utf-8")
    answer = told(shop, "evaluate")
    assert answer["differ"] == 0
    why = {one["place"]: one["why"] for one in answer["left_out"]}
    assert "found another question" in why["evaluation.leaks"]


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_an_analyst_is_given_the_rows_by_the_companys_own_numbers(
    shop: Path, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"out.{kind}"
    answer = told(shop, "evaluate", "churn", "--export", str(path))
    table = pd.read_parquet(path) if kind == "parquet" else pd.read_csv(path)
    assert (answer["exported"], answer["unnamed_rows"]) == (str(path), 0)
    assert len(table) == answer["rows"] and next(iter(table)) == "customer_id"
    assert set(table.customer_id) <= {f"c{number:03}" for number in range(150)}
    assert (table.groupby("customer_id").customer.nunique() == 1).all()
    [recorded] = told(shop, "audit", "list", "--latest", "1")["calls"]
    assert recorded["call"] == "RUN regulars evaluate --export"
    # Whoever left by the outcome bought nothing in the thirty days after the cutoff.
    lines = pd.read_csv(shop.parent / "sales.csv", parse_dates=["day"])
    one = table.iloc[0]
    days = lines[lines.customer == one.customer_id].day - pd.Timestamp(one.cutoff).tz_localize(None)
    assert one.outcome == (not days.between(pd.Timedelta(0), pd.Timedelta("29D")).any())


def test_what_cannot_be_recomputed_is_refused_in_words(shop: Path, tmp_path: Path) -> None:
    assert called(shop, "evaluate", "segments").exit_code == 2
    odd = told(shop, "evaluate", "churn", "--export", str(tmp_path / "out.xlsx"), exit_code=2)
    assert "ends in .parquet or .csv" in odd["refused"]["expected"]
    shutil.rmtree(workspace(shop).folder / "predictions")
    gone = told(shop, "evaluate", exit_code=1)
    assert gone["refused"]["remedy"].startswith("Run `regulars train churn`")
