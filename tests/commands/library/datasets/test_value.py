"""What customers brought as labelled data: the money of the purchases themselves, split as a training splits it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from features.vocabulary.errors import UsageRefused
from regulars import OpenWorkspace, describe, open_workspace
from regulars.main import main
from serving.ledger.ledger import ledger_of
from tests.commands.library.company import NotebookCompany


@pytest.fixture(scope="module")
def ws(company: NotebookCompany) -> OpenWorkspace[pd.DataFrame]:
    return open_workspace(company.folder)


@pytest.fixture(scope="module")
def value(ws: OpenWorkspace[pd.DataFrame]) -> pd.DataFrame:
    return ws.dataset("value")


def days_of(rows: pd.DataFrame) -> int:
    """The horizon, as the dictionary says it."""
    return int(describe(rows).meaning["outcome"].split(" in the ")[1].split()[0])


def margins(company: NotebookCompany) -> pd.DataFrame:
    """What every line of the company's own file left: its amount less what its pieces cost, in cents."""
    lines = pd.read_parquet(company.folder / "purchases.parquet")
    items = pd.read_parquet(company.folder / "items.parquet").set_index("item_id")
    cost = items.unit_cost.astype(float).reindex(lines.item_id).to_numpy()
    lines["cents"] = 100 * (lines.amount.astype(float) - lines.quantity * cost)
    return lines


def test_the_outcome_is_the_margin_of_the_days_after_the_cutoff(
    company: NotebookCompany, value: pd.DataFrame
) -> None:
    lines, days = margins(company), days_of(value)
    [time] = [name for name in lines if str(lines[name].dtype).startswith("datetime")]
    at = pd.to_datetime(lines[time], utc=True)
    for cutoff in value.index.get_level_values("cutoff").unique():
        inside = (at >= cutoff) & (at < cutoff + pd.Timedelta(days=days))
        brought = lines[inside].groupby("customer_id").cents.sum().clip(lower=0)
        rows = value.xs(cutoff, level="cutoff")
        named = rows[~rows.index.str.startswith("unnamed-")]
        expected = brought.reindex(named.index).fillna(0.0)
        assert len(named) > 100
        assert named.outcome.to_numpy() == pytest.approx(expected.to_numpy(), abs=0.51)
        ordered = lines[(at < cutoff) & (lines.quantity > 0)].customer_id.unique()
        assert set(named.index) <= set(ordered)


def test_it_is_split_in_time_and_its_splitter_agrees(
    ws: OpenWorkspace[pd.DataFrame], value: pd.DataFrame
) -> None:
    assert {"fit", "calibration", "test"} <= set(value.split) <= {"fit", "calibration", "test", "embargo"}  # fmt: skip
    *_, (learned, held) = ws.splitter("value").split(value)
    assert set(value.split.iloc[held]) == {"test"}
    cutoffs = value.index.get_level_values("cutoff")
    assert cutoffs[learned].max() + pd.Timedelta(days=days_of(value)) <= cutoffs[held].min()
    assert not [name for name in value if str(name).startswith("buying_expected_")]
    assert describe(value).loc["outcome", "unit"] == "cents"
    assert describe(value).index[describe(value).meaning == ""].tolist() == []


def test_cutoffs_of_ones_own_are_asked_over_the_same_days(
    ws: OpenWorkspace[pd.DataFrame], value: pd.DataFrame
) -> None:
    cutoffs = value.index.get_level_values("cutoff").unique()
    pd.testing.assert_frame_equal(ws.dataset("value", cutoffs=list(cutoffs)), value)
    once = ws.dataset("value", cutoffs.max())
    assert {str(one) for one in once.split} == {f"fold {one}" for one in range(1, 6)}
    assert once.outcome.equals(value.outcome.loc[once.index])
    late = cutoffs.max() + pd.Timedelta(days=1)
    with pytest.raises(UsageRefused, match=r"whose \d+ days the data tell"):
        ws.dataset("value", late)


def test_the_command_writes_the_rows_of_the_library(
    company: NotebookCompany, value: pd.DataFrame, tmp_path: Path
) -> None:
    file = tmp_path / "value.parquet"
    words = ["dataset", "value", "--export", str(file), "--json"]
    result = CliRunner().invoke(main, [*words, "--settings", str(company.settings_path)])
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout.splitlines()[-1])
    assert answer["rows"] == len(value)
    assert sum(one["came_true"] for one in answer["cutoffs"]) == (value.outcome > 0).sum()
    written = pd.read_parquet(file).set_index(["customer_id", "cutoff"])
    pd.testing.assert_frame_equal(written, value)


def test_who_was_erased_is_in_no_row_and_who_objected_is_not_named(
    own_company: NotebookCompany, value: pd.DataFrame
) -> None:
    names = value.index.get_level_values("customer_id")
    erased, objected = sorted(set(names[~names.str.startswith("unnamed-")]))[:2]
    with ledger_of(own_company.workspace) as ledger:
        ledger.privacy.erase([erased], at=1)
        ledger.privacy.decide([(objected, True)], at=1)
    after = open_workspace(own_company.folder).dataset("value")
    rows = value.groupby(level="customer_id").size()
    assert len(value) - len(after) == rows[erased]
    assert not {erased, objected} & set(after.index.get_level_values("customer_id"))
