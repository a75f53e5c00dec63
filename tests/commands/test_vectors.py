"""The verb `vectors`: its cutoffs, its engines, its exports and its dictionary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
import pytest
from click.testing import CliRunner, Result

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.exports.parquet import arrow_table, export_locally
from features.store.pack import Pack
from features.vectors.vectors import Vectors
from features.vocabulary.time import Cutoff
from regulars.main import main
from serving.ledger.administration import audited
from serving.ledger.ledger import ledger_of
from tests.commands.shop import SETTINGS, leaving_and_staying, write_shop
from tests.features.exports.test_spark import spark_test
from training.bundles.plans import plan_in_use

TWO = ("--cutoff", "2025-07-01", "--cutoff", "2025-06-01")


def run(settings: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--settings", str(settings)])


def answer(settings: Path, *words: str) -> dict[str, Any]:
    result = run(settings, *words, "--json")
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return told


def refused(settings: Path, *words: str, exit_code: int = 2) -> str:
    result = run(settings, *words)
    assert result.exit_code == exit_code, result.output
    assert isinstance(result.exception, SystemExit)
    return " ".join(result.output.split())


def written_at(workspace: Path) -> dict[Path, int]:
    """When each file of a workspace's generations was written; the record of who asked lies beside them."""
    files = [path for path in workspace.rglob("*") if path.is_file() and path.parent != workspace]
    return {path: path.stat().st_mtime_ns for path in files}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = write_shop(tmp_path_factory.mktemp("shop"), leaving_and_staying(60))
    answer(settings, "ingest")
    return settings


def test_a_cutoff_outside_the_data_is_refused_with_the_range(shop: Path) -> None:
    for cutoff in ("2024-12-31", "2025-01-01", "2026-02-01"):
        said = refused(shop, "vectors", "--cutoff", cutoff)
        assert "after 2025-01-01 and up to 2025-12-27" in said
    assert answer(shop, "vectors", "--cutoff", "2025-12-27")["cutoff"] == "2025-12-27"


def test_several_cutoffs_are_exported_and_the_workspace_stays_as_it_was(
    shop: Path, tmp_path: Path
) -> None:
    answer(shop, "vectors")
    before = Workspace(shop.parent / ".workspace").vectors.current

    told = answer(shop, "vectors", *TWO, "--export", str(tmp_path / "two.parquet"))

    assert Workspace(shop.parent / ".workspace").vectors.current == before
    assert told["cutoffs"] == ["2025-06-01", "2025-07-01"]
    table = parquet.read_table(tmp_path / "two.parquet")
    assert (table.num_rows, told["rows"], told["customers"]) == (120, 120, 60)
    assert table.column_names[:2] == ["customer_id", "cutoff"]
    assert [one.name for one in tmp_path.iterdir()] == ["two.parquet"]
    assert "--export" in refused(shop, "vectors", *TWO)
    assert "a folder" in refused(shop, "vectors", *TWO, "--export", str(tmp_path))


def test_one_cutoff_of_the_past_is_written_to_a_file_and_replaces_nothing_in_use(
    shop: Path, tmp_path: Path
) -> None:
    answer(shop, "vectors")
    workspace = shop.parent / ".workspace"
    before = written_at(workspace)
    past = ("--cutoff", "2025-06-01")

    told = answer(shop, "vectors", *past, "--export", str(tmp_path / "june.parquet"))
    said = refused(shop, "vectors", *past)

    assert written_at(workspace) == before
    assert (told["cutoffs"], told["rows"]) == (["2025-06-01"], 60)
    [cutoff] = set(parquet.read_table(tmp_path / "june.parquet").column("cutoff").to_pylist())
    assert f"{cutoff:%Y-%m-%d}" == "2025-06-01"
    assert "2025-12-27, the end of the data" in said and "--export" in said


def test_the_vectors_in_use_are_exported_as_they_are_published(shop: Path, tmp_path: Path) -> None:
    told = answer(shop, "vectors", "--export", str(tmp_path / "now.parquet"))

    assert told["cutoff"] == "2025-12-27"
    [cutoff] = set(parquet.read_table(tmp_path / "now.parquet").column("cutoff").to_pylist())
    assert f"{cutoff:%Y-%m-%d}" == "2025-12-27"


def test_many_parts_of_an_export_are_the_vectors_of_one(shop: Path, tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole.parquet", tmp_path / "parts.parquet"
    answer(shop, "vectors", *TWO, "--export", str(whole))

    cutoffs = [Cutoff.parse(one) for one in ("2025-06-01", "2025-07-01")]
    workspace = Workspace(shop.parent / ".workspace")
    churn = load_settings(shop).churn
    export_locally(
        workspace,
        cutoffs,
        parts,
        plan_for=lambda pack: plan_in_use(workspace, pack, churn).plan,
        at_once=14,
    )

    assert parquet.ParquetFile(parts).num_row_groups == 9
    assert parquet.read_table(parts).equals(parquet.read_table(whole))


ASKED = (
    SETTINGS
    + """
[tables.customers]
source = "people.csv"

[tables.customers.columns]
customer_id = "customer"
profiling_consent = "may_profile"
"""
)
SAID_NO, OBJECTED, ERASED = "c001", "c002", "c004"


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """A shop of which one customer said no to being scored, one objected and one was erased, all still in the store."""
    folder = tmp_path / "asked"
    folder.mkdir()
    people = [f"c{one:03},{one != 1}" for one in range(12)]
    (folder / "people.csv").write_text("\n".join(["customer,may_profile", *people]) + "\n")
    settings = write_shop(folder, leaving_and_staying(12), settings=ASKED)
    answer(settings, "ingest")
    with ledger_of(Workspace(folder / ".workspace")) as ledger:
        ledger.privacy.decide([(OBJECTED, True)], at=1)
        ledger.privacy.erase([ERASED], at=1)
    return settings


def names_in(file: Path) -> set[str]:
    return set(parquet.read_table(file).column("customer_id").to_pylist())


EVERYBODY = {f"c{one:03}" for one in range(12)}


@pytest.mark.parametrize("when", [(), TWO], ids=["published", "two cutoffs"])
def test_no_file_of_vectors_names_whoever_objected_said_no_or_was_erased(
    asked: Path, tmp_path: Path, when: tuple[str, ...]
) -> None:
    file = tmp_path / "vectors.parquet"
    said = run(asked, "vectors", *when, "--export", str(file)).output
    assert names_in(file) == EVERYBODY - {SAID_NO, OBJECTED, ERASED}
    assert "without 3 who objected, declined or were erased" in said
    [latest] = audited(Workspace(asked.parent / ".workspace"), most=1)
    assert latest.route == "regulars vectors --export"


def test_an_objection_while_the_vectors_are_written_counts_for_the_file(
    asked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace(asked.parent / ".workspace")
    demanded = list[str]()

    def demand(vectors: Vectors, pack: Pack) -> Any:
        if not demanded:
            demanded.append("c007")
            with ledger_of(workspace) as ledger:
                ledger.privacy.decide([("c007", True)], at=2)
        return arrow_table(vectors, pack)

    monkeypatch.setattr("features.exports.parquet.arrow_table", demand)
    answer(asked, "vectors", *TWO, "--export", str(tmp_path / "vectors.parquet"))
    found = names_in(tmp_path / "vectors.parquet")
    assert demanded and found == EVERYBODY - {SAID_NO, OBJECTED, ERASED, "c007"}


@spark_test
def test_nor_does_a_folder_that_spark_writes(asked: Path, tmp_path: Path) -> None:
    told = answer(asked, "vectors", *TWO, "--engine", "spark", "--export", str(tmp_path / "spark"))
    assert names_in(tmp_path / "spark") == EVERYBODY - {SAID_NO, OBJECTED, ERASED}
    assert (told["customers"], told["rows"], told["withheld"]) == (9, 18, 3)


def test_what_belongs_to_spark_is_refused_without_it(shop: Path) -> None:
    assert "--engine spark" in refused(shop, "vectors", "--master", "local[2]")
    assert "--export" in refused(shop, "vectors", "--engine", "spark")
    words = ("vectors", "--engine", "spark", "--export", "x", "--tables", "purchases")
    assert "purchases=crm.purchases" in refused(shop, *words)


@spark_test
def test_an_export_by_spark_is_that_of_the_local_engine(shop: Path, tmp_path: Path) -> None:
    local, spark = tmp_path / "local.parquet", tmp_path / "spark"
    answer(shop, "vectors", *TWO, "--export", str(local))

    told = answer(shop, "vectors", *TWO, "--engine", "spark", "--export", str(spark))

    assert (told["engine"], told["rows"], told["customers"]) == ("spark", 120, 60)
    order = [("customer_id", "ascending"), ("cutoff", "ascending")]
    ours = parquet.read_table(local).sort_by(order)
    theirs = parquet.read_table(spark).sort_by(order)
    assert theirs.column_names == ours.column_names
    for name in ours.column_names:
        wanted, found = (table.column(name).to_numpy() for table in (ours, theirs))
        np.testing.assert_array_equal(found, wanted, err_msg=name)
    words = ("vectors", "--engine", "spark", "--export", str(spark), "--master")
    assert "nobody who answers" in refused(shop, *words, "spark://127.0.0.1:1")
    assert "a Spark session" in refused(shop, *words, "nonsense")


def test_the_dictionary_names_every_feature_of_the_store(shop: Path) -> None:
    told = answer(shop, "vectors", "describe")
    names = [one["name"] for one in told["features"]]
    assert len(names) == answer(shop, "vectors")["features"]
    rhythm = answer(shop, "vectors", "describe", "--group", "rhythm")["features"]
    assert {one["group"] for one in rhythm} == {"rhythm"}
    said = run(shop, "vectors", "describe", "gap_mean_days").output
    for part in ("Usual time between", "rhythm", "days", "when missing", "{value}"):
        assert part in said
    assert 'Did you mean "rhythm"?' in refused(shop, "vectors", "describe", "--group", "rythm")
    assert 'Did you mean "gap_mean_days"?' in refused(shop, "vectors", "describe", "gap_mean_day")


def test_without_a_store_the_dictionary_is_that_of_every_table(tmp_path: Path) -> None:
    from features.plan.dictionary import full_plan

    told = answer(tmp_path / "none.toml", "vectors", "describe")
    assert len(told["features"]) == len(full_plan().features)
