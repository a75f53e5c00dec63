"""Whatever a user gets wrong, the answer is a sentence and an exit code, never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from regulars.main import main
from tests.commands.shop import (
    HEADER,
    SETTINGS,
    leaving_and_staying,
    line,
    nobody_leaves,
    write_shop,
)


def run(settings: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--settings", str(settings)])


def said(result: Result) -> str:
    """Everything a user saw; a traceback would be an exception other than the exit itself."""
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.output


def refused(result: Result, *, exit_code: int = 1) -> str:
    assert result.exit_code == exit_code, result.output
    return " ".join(said(result).split())


def test_without_settings_the_way_to_make_them_is_named(tmp_path: Path) -> None:
    for words in (["check"], ["ingest"], ["vectors"], ["train", "churn"], ["score"], ["serve"]):
        answer = refused(run(tmp_path / "regulars.toml", *words), exit_code=2)
        assert "regulars init" in answer


def test_before_each_step_the_step_before_it_is_named(tmp_path: Path) -> None:
    settings = write_shop(tmp_path, leaving_and_staying(30))
    assert "regulars ingest" in refused(run(settings, "vectors"))
    assert "regulars ingest" in refused(run(settings, "train", "churn"))
    assert "regulars train churn" in refused(run(settings, "score"))
    assert "regulars train churn" in refused(run(settings, "promote", "--reason", "why not"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    settings = write_shop(tmp_path, [line(1, 1)])
    (tmp_path / "sales.csv").unlink()
    assert "sales.csv" in refused(run(settings, "check"))
    answer = refused(run(tmp_path / "new.toml", "init", "--purchases", str(tmp_path / "no.csv")))
    assert "no.csv" in answer


def test_a_missing_column_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    wrong = SETTINGS.replace('"receipt"', '"reciept"')
    settings = write_shop(tmp_path, leaving_and_staying(30), settings=wrong)
    assert 'Did you mean "receipt"?' in refused(run(settings, "check"))


def test_a_column_of_the_wrong_type_is_named_with_its_rows(tmp_path: Path) -> None:
    lines = [text.replace(",1,5.00", ",some,5.00") for text in leaving_and_staying(30)]
    answer = refused(run(write_shop(tmp_path, lines), "check"))
    assert "quantity" in answer or "pieces" in answer


def test_an_empty_table_is_refused(tmp_path: Path) -> None:
    assert "no rows" in refused(run(write_shop(tmp_path, []), "ingest"))


def test_a_single_customer_is_refused(tmp_path: Path) -> None:
    answer = refused(run(write_shop(tmp_path, [line(1, day) for day in range(9)]), "ingest"))
    assert "customer" in answer


def test_nobody_having_left_is_refused_and_nothing_is_published(tmp_path: Path) -> None:
    settings = write_shop(tmp_path, nobody_leaves())
    assert run(settings, "ingest").exit_code == 0
    assert "who left" in refused(run(settings, "train", "churn"))
    assert not (tmp_path / ".workspace" / "bundles").exists()


def test_too_short_a_history_is_refused_with_the_days_it_takes(tmp_path: Path) -> None:
    settings = write_shop(tmp_path, leaving_and_staying(60, days=70))
    assert run(settings, "ingest").exit_code == 0
    assert "days" in refused(run(settings, "train", "churn"))


def test_rows_of_the_future_are_counted_and_set_aside(tmp_path: Path) -> None:
    settings = write_shop(tmp_path, leaving_and_staying(30))
    result = run(settings, "ingest", "--as-of", "2025-12-01", "--json")
    stored = json.loads(said(result).splitlines()[-1])
    [future] = [one for one in stored["report"]["breaches"] if one["rule"].startswith("future.")]
    assert future["rows"] == sum(
        text.split(",")[2] >= "2025-12-01" for text in leaving_and_staying(30)
    )


def test_a_table_that_lies_in_the_future_altogether_is_refused(tmp_path: Path) -> None:
    settings = write_shop(tmp_path, leaving_and_staying(30))
    assert "future" in refused(run(settings, "ingest", "--as-of", "2024-01-01"))


def test_a_second_init_does_not_overwrite_settings(tmp_path: Path) -> None:
    settings = write_shop(tmp_path, leaving_and_staying(30))
    sales = str(tmp_path / "sales.csv")
    before = settings.read_text()
    assert "--force" in refused(run(settings, "init", "--purchases", sales), exit_code=2)
    assert settings.read_text() == before
    assert run(settings, "init", "--purchases", sales, "--force").exit_code == 0


@pytest.mark.parametrize(
    "words",
    [
        ["chek"],
        ["train", "chrun"],
        ["vectors", "--cutoff", "yesterday"],
        ["promote"],
        ["init"],
        ["keys", "create", "crm", "--scope", "everything"],
    ],
)
def test_a_wrong_use_of_a_command_exits_with_two(tmp_path: Path, words: list[str]) -> None:
    refused(run(write_shop(tmp_path, []), *words), exit_code=2)


def test_a_refusal_can_be_read_by_a_script(tmp_path: Path) -> None:
    settings = write_shop(tmp_path, [], header=HEADER)
    result = run(settings, "vectors", "--json")
    answer = json.loads(refused(result))
    assert answer["done"] is False
    assert set(answer["refused"]) >= {"expected", "found", "remedy"}
