"""A workspace in a notebook: every table is what the command writes, and what cannot be done is said."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import cross_val_score

from experiments.world import World
from features.company.workspace import Workspace
from features.lifecycle.repeat_buying import buying_model_before
from features.plan.plan import standard_plan
from features.store.store import open_store
from features.vectors.vectors import build_vectors
from features.vocabulary.errors import (
    ModelRefused,
    SettingsRefused,
    UsageRefused,
    WorkspaceRefused,
)
from features.vocabulary.time import Cutoff, Horizon
from regulars import OpenWorkspace, describe, open_workspace
from regulars.library.names import NamesInTables
from serving.ledger.administration import audited
from serving.ledger.ledger import ledger_of
from serving.ledger.privacy import Withheld
from tests.absolute_paths import places_naming
from tests.commands.library.company import NotebookCompany
from tests.commands.shop import leaving_and_staying, write_shop
from training.registry.registry import Registry

TESTED = "2025-01-25"
"""The latest cutoff of the company whose outcome is known: ninety days before its calendar ends."""
LAST = "2025-04-25"


@pytest.fixture(scope="module")
def ws(company: NotebookCompany) -> OpenWorkspace[pd.DataFrame]:
    return open_workspace(company.folder)


@pytest.fixture(scope="module")
def churn(ws: OpenWorkspace[pd.DataFrame]) -> pd.DataFrame:
    return ws.dataset("churn")


def test_a_workspace_is_opened_by_its_settings_their_folder_or_the_environment(
    company: NotebookCompany, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = f"OpenWorkspace({str(company.settings_path)!r})"
    assert (
        repr(open_workspace(company.settings_path)) == repr(open_workspace(company.folder)) == said
    )
    monkeypatch.setenv("REGULARS_SETTINGS", str(company.settings_path))
    assert repr(open_workspace()) == said
    with pytest.raises(SettingsRefused, match="found no such file"):
        open_workspace(tmp_path)


def test_vectors_are_those_of_the_command(
    ws: OpenWorkspace[pd.DataFrame], company: NotebookCompany, tmp_path: Path
) -> None:
    file = tmp_path / "vectors.parquet"
    company.run("vectors", "--cutoff", TESTED, "--export", str(file))
    written = pd.read_parquet(file).set_index(["customer_id", "cutoff"])
    found = ws.vectors(TESTED)
    named = found[~found.index.get_level_values("customer_id").str.startswith("unnamed-")]
    assert 0 < len(named) < len(found)
    pd.testing.assert_frame_equal(named.sort_index(), written.sort_index())
    several = ws.vectors([date(2025, 1, 25), pd.Timestamp(LAST), Cutoff.parse("2024-09-01")])
    assert several.index.get_level_values("cutoff").nunique() == 3
    pd.testing.assert_frame_equal(several.loc[found.index], found)
    assert set(ws.vectors().index.get_level_values("cutoff")) == {pd.Timestamp(LAST, tz="UTC")}


def test_a_dataset_says_what_came_of_each_customer_in_the_days_after(
    churn: pd.DataFrame, company: NotebookCompany
) -> None:
    assert list(churn)[:2] == ["split", "outcome"] and churn.index.is_unique
    lines = pd.read_parquet(company.folder / "purchases.parquet")
    bought = lines[lines.quantity > 0]
    named = [place for place in churn.index if not place[0].startswith("unnamed-")]
    for customer, cutoff in named[::15]:
        after = bought[bought.customer_id == customer].ordered_at - cutoff.tz_localize(None)
        days = (after >= pd.Timedelta(0)) & (after < pd.Timedelta(days=90))
        assert churn.outcome[customer, cutoff] == (not days.any())


def test_the_part_of_a_row_is_that_of_its_cutoff_at_the_latest_test(churn: pd.DataFrame) -> None:
    parts = churn.split.groupby(level="cutoff").unique().map(list)
    assert parts.tolist() == [["fit"], ["fit"], ["calibration"], ["test"]]
    assert str(parts.index[-1].date()) == TESTED


def test_any_estimator_is_scored_by_the_splits_of_the_workspace(
    ws: OpenWorkspace[pd.DataFrame], churn: pd.DataFrame
) -> None:
    rows = churn.drop(columns="split")
    outcomes = rows.pop("outcome")
    forward = ws.splitter()
    tests = [set(churn.split.iloc[held]) for _, held in forward.split(rows)]
    assert tests == [{"fit"}, {"calibration"}, {"test"}]
    for learned, held in forward.split(rows):
        cutoffs = rows.index.get_level_values("cutoff")
        assert cutoffs[learned].max() + pd.Timedelta(days=90) <= cutoffs[held].min()
    for split, folds in ((forward, 3), (ws.splitter(by="customer"), 5)):
        assert len(cross_val_score(DummyClassifier(), rows, outcomes, cv=split)) == folds


def test_a_rung_is_beaten_or_not_on_the_rows_it_answered_for(
    ws: OpenWorkspace[pd.DataFrame], churn: pd.DataFrame, company: NotebookCompany, tmp_path: Path
) -> None:
    found = ws.predictions()
    file = tmp_path / "tested.parquet"
    company.run("evaluate", "churn", "--export", str(file))
    written = pd.read_parquet(file)
    assert found.probability.tolist() == written.probability.tolist()
    one_rung = found[found.rung == "LightGBM"]
    both = one_rung.join(churn.outcome.rename("came_true"), how="inner")
    assert len(both) == len(one_rung) > 0
    assert (both.outcome == both.came_true).all()


def test_predictions_are_found_by_run_and_by_version(
    ws: OpenWorkspace[pd.DataFrame], company: NotebookCompany
) -> None:
    run = Registry(ws._settings, company.workspace, "churn").run_of("1")
    for named in (run, 1, "1"):
        assert ws.predictions(named).equals(ws.predictions())
    with pytest.raises(ModelRefused, match="no such run: abc"):
        ws.predictions("abc")
    with pytest.raises(ModelRefused, match="no version 9"):
        ws.predictions(9)
    with pytest.raises(UsageRefused, match="churn, value, offers; found segments"):
        ws.predictions(model="segments")


def test_scores_are_those_of_the_export(
    ws: OpenWorkspace[pd.DataFrame], company: NotebookCompany, tmp_path: Path
) -> None:
    company.run("export", str(tmp_path / "scores.parquet"))
    written = pd.read_parquet(tmp_path / "scores.parquet").set_index("customer_id")
    pd.testing.assert_frame_equal(ws.scores(), written)
    assert ws.scores(language="de").text_1.iloc[0] != written.text_1.iloc[0]


def test_the_truth_is_that_of_the_simulated_company(
    ws: OpenWorkspace[pd.DataFrame], company: NotebookCompany
) -> None:
    expected = World.open(company.folder).truth(Cutoff.parse(TESTED), Horizon(90))
    found = ws.truth(TESTED)
    assert found.no_order.tolist() == expected.no_order.tolist()
    assert expected.was_silent is not None
    assert found.was_silent.tolist() == expected.was_silent.tolist()
    two = ws.truth([TESTED, LAST])
    assert two.xs(pd.Timestamp(LAST, tz="UTC"), level="cutoff").was_silent.isna().all()
    pd.testing.assert_frame_equal(two.loc[found.index], found, check_dtype=False)


def test_of_a_real_company_nobody_knows_the_truth(own_company: NotebookCompany) -> None:
    (own_company.folder / "world.json").unlink()
    with pytest.raises(UsageRefused, match="nobody knows who has really left"):
        open_workspace(own_company.folder).truth()


def test_every_table_says_what_its_columns_mean_and_is_the_same_in_arrow(
    ws: OpenWorkspace[pd.DataFrame],
) -> None:
    for make in ("vectors", "dataset", "predictions", "scores", "decisions", "truth"):
        frame, table = getattr(ws, make)(), getattr(ws.arrow, make)()
        about = describe(frame)
        assert about.index[about.meaning == ""].tolist() == [], make
        assert about.equals(describe(table))
        index = [one for one in frame.index.names if one is not None]
        assert table.column_names == [*index, *frame.columns]
        again = table.to_pandas()
        pd.testing.assert_frame_equal(again.set_index(index) if index else again, frame)


def test_an_unknown_outcome_and_a_cutoff_whose_outcome_is_not_known_are_refused(
    ws: OpenWorkspace[pd.DataFrame],
) -> None:
    with pytest.raises(UsageRefused, match='Did you mean "churn"'):
        ws.dataset("chrun")
    with pytest.raises(UsageRefused, match=f"up to {TESTED}, whose outcome the data tell"):
        ws.dataset(cutoffs="2025-01-26")
    with pytest.raises(UsageRefused, match=f"up to {LAST}, where the data are"):
        ws.vectors("2025-04-26")
    with pytest.raises(UsageRefused, match="a cutoff such as 2026-10-01"):
        ws.vectors("soon")
    with pytest.raises(UsageRefused, match="a split by cutoff or by customer; found 'day'"):
        ws.splitter(by="day")  # type: ignore[arg-type]
    with pytest.raises(UsageRefused, match="a midnight after"):
        ws.truth("2025-01-25T12:00:00")


def test_cutoffs_of_ones_own_give_the_same_rows_where_they_are_those_of_a_training(
    ws: OpenWorkspace[pd.DataFrame], churn: pd.DataFrame
) -> None:
    cutoffs = churn.index.get_level_values("cutoff").unique()
    pd.testing.assert_frame_equal(ws.dataset(cutoffs=list(cutoffs)), churn)
    once = ws.dataset(cutoffs=TESTED)
    assert {str(one) for one in once.split} == {f"fold {one}" for one in range(1, 6)}
    both = once.index
    assert (once.outcome == churn.outcome.loc[both]).all()


def test_no_feature_knows_of_anything_after_the_earliest_cutoff_that_is_asked_about(
    ws: OpenWorkspace[pd.DataFrame], company: NotebookCompany
) -> None:
    pack, cutoff = open_store(company.workspace).pack(), Cutoff.parse("2024-10-01")
    plan = standard_plan(pack, buying_model_before(pack, cutoff))
    expected = build_vectors(pack, plan, [cutoff], threads=1)
    found = ws.dataset(cutoffs=str(cutoff))
    place = {pack.customer_ids[int(key)]: row for row, key in enumerate(expected.customer_keys)}
    named = found[found.index.get_level_values(0).isin(place)]
    rows = [place[one] for one in named.index.get_level_values(0)]
    asked = [one for one in map(str, found) if one.startswith("buying_")]
    assert len(asked) > 1
    for name in asked:
        assert np.array_equal(named[name], expected.column(name)[rows], equal_nan=True)


def test_whoever_objects_while_a_table_is_made_is_not_named_in_it(
    own_company: NotebookCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_workspace(own_company.folder)
    somebody = str(opened.scores().index[0])
    named = NamesInTables.of
    demanded: list[str] = []

    def demand(workspace: Workspace, withheld: Withheld) -> NamesInTables:
        names = named(workspace, withheld)
        if not demanded:
            demanded.append(somebody)
            with ledger_of(workspace) as ledger:
                ledger.privacy.decide([(somebody, True)], at=1)
        return names

    monkeypatch.setattr(NamesInTables, "of", demand)
    assert somebody not in opened.vectors().index.get_level_values("customer_id")
    assert demanded == [somebody]


def test_what_is_not_there_yet_is_said_with_the_command_that_makes_it(tmp_path: Path) -> None:
    settings = write_shop(tmp_path, leaving_and_staying(60, days=240))
    fresh = open_workspace(settings)
    with pytest.raises(WorkspaceRefused, match="regulars ingest"):
        fresh.vectors()
    assert not (tmp_path / ".workspace" / "ledger.db").exists()
    NotebookCompany(tmp_path).run("ingest")
    with pytest.raises(ModelRefused, match="Run `regulars train churn`"):
        fresh.predictions()
    with pytest.raises(WorkspaceRefused, match="Run `regulars score` first"):
        fresh.scores()
    with pytest.raises(WorkspaceRefused, match="Run `regulars train recommendations` first"):
        fresh.items()
    assert len(fresh.vectors()) == 60


def test_whoever_reads_people_is_on_record(own_company: NotebookCompany) -> None:
    opened = open_workspace(own_company.folder)
    opened.scores()
    opened.truth()
    calls = [one.route for one in audited(own_company.workspace, most=2)]
    assert calls == ["open_workspace().truth()", "open_workspace().scores()"]


def digests(folder: Path) -> dict[str, str]:
    """Every file below a folder by what is in it."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_nothing_of_it_is_written_into_mlflow(own_company: NotebookCompany) -> None:
    opened, folder = open_workspace(own_company.folder), own_company.workspace.mlflow
    artifacts = [one for one in folder.iterdir() if one.is_dir()]
    before = [digests(one) for one in artifacts]
    for make in ("vectors", "dataset", "predictions", "scores", "decisions", "truth"):
        getattr(opened, make)()
    assert [digests(one) for one in artifacts] == before
    assert places_naming(folder, "C0000001") == []


def test_the_rows_of_the_erased_are_gone_and_those_who_objected_stay_under_one_other_name(
    own_company: NotebookCompany,
) -> None:
    opened = open_workspace(own_company.folder)
    before = opened.dataset()
    ranked = opened.scores().index
    erased, objected = str(ranked[0]), str(ranked[1])
    with ledger_of(own_company.workspace) as ledger:
        ledger.privacy.erase([erased], at=1)
        ledger.privacy.decide([(objected, True)], at=1)
    after = opened.dataset()
    rows = before.groupby(level="customer_id").size()
    assert len(before) - len(after) == rows[erased]
    others = set(after.index.get_level_values(0)) - set(before.index.get_level_values(0))
    [name] = others
    renamed = before.loc[[objected]].rename(index={objected: name})
    pd.testing.assert_frame_equal(after.loc[[name]], renamed)
    for table in (opened.vectors(), opened.predictions(), after):
        ids = set(table.index.get_level_values("customer_id"))
        assert name in ids and not {erased, objected} & ids
    truth = set(opened.truth().index.get_level_values("customer_id"))
    assert name in truth and not {erased, objected} & truth
    assert not {erased, objected, name} & set(opened.scores().index)
    assert np.isin(after.split, ["fit", "calibration", "test"]).all()
