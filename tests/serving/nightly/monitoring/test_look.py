"""A look at a real company: quiet as it is, and each thing that is broken in it told in one sentence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from features.store.ingestion import ingest
from features.store.store import open_store
from features.vectors.refresh import natural_cutoff
from features.vocabulary.time import Cutoff
from serving.findings.findings import latest_look
from serving.nightly.monitoring.judged_weeks import WEEKS_BEFORE, JudgedWeeks
from serving.nightly.monitoring.look import look, shifts_of, without_holdings
from tests.serving.company import Company, company_in, put_to_use
from training.families.churn.bundle import current_bundle
from training.measures.monitoring.stability import shifts

CAME = "observed_over_expected"


def end_of(company: Company) -> Cutoff:
    return natural_cutoff(open_store(company.workspace).manifest.last_known_seconds)


def seen(company: Company, end: Cutoff) -> dict[str, Any]:
    found, reused = look(company.workspace, as_of=end.plus_days(1))
    assert not reused
    return dict(found)


@pytest.fixture(scope="module")
def looked_at(demo_workspace: Company, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A copy of the company with a first look at it."""
    folder = tmp_path_factory.mktemp("look") / "own"
    shutil.copytree(demo_workspace.settings_path.parent, folder)
    company = company_in(folder)
    ingest(company.settings, company.workspace)
    seen(company, end_of(company))
    return company


@pytest.fixture
def own(looked_at: Company, tmp_path: Path) -> Company:
    return company_in(Path(shutil.copytree(looked_at.settings_path.parent, tmp_path / "own")))


def changed(company: Company, name: str, change: Callable[[pa.Table], pa.Table]) -> dict[str, Any]:
    """What the next look finds once a table was changed and ingested."""
    end, path = end_of(company), company.settings_path.parent / f"{name}.parquet"
    pq.write_table(change(pq.read_table(path)), path)
    ingest(company.settings, company.workspace)
    return seen(company, end)


def this_week(company: Company, table: pa.Table, time: str) -> pa.Array:
    week = datetime.fromtimestamp(end_of(company).seconds, UTC) - timedelta(days=7)
    return pc.greater_equal(table[time].cast(pa.timestamp("us", "UTC")), pa.scalar(week))


def told(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["kind"], one["about"]) for one in found["alarms"]]


def test_a_quiet_company_is_told_to_be_quiet_and_its_quality_not_to_be_known(
    looked_at: Company,
) -> None:
    found = latest_look(looked_at.workspace)
    assert found["alarms"] == []
    assert found["end"] == str(end_of(looked_at))
    assert found["customers"] > 200
    assert len(found["inputs"]) > 300
    assert found["scores"]["name"] == "risk"
    assert found["estimated"] is None and "calibration" in found["cannot_estimate"]


def test_a_second_look_at_the_same_data_finds_what_was_found(looked_at: Company) -> None:
    as_of = end_of(looked_at).plus_days(1)
    first = latest_look(looked_at.workspace)
    again, reused = look(looked_at.workspace, as_of=as_of)
    assert reused and again == without_holdings(first)
    anew, reused = look(looked_at.workspace, as_of=as_of, again=True)
    assert not reused and anew == again


def test_a_look_is_kept_by_the_day_of_its_data_and_names_nobody(looked_at: Company) -> None:
    folder = looked_at.workspace.monitoring
    names = {one.name for one in folder.iterdir()}
    assert names == {"latest.json", f"{end_of(looked_at)}.json"}
    text = (folder / "latest.json").read_text(encoding="utf-8")
    json.loads(text, parse_constant=pytest.fail)
    pack = open_store(looked_at.workspace).pack()
    assert [one for one in pack.customer_ids if one in text] == []


def test_a_table_that_stopped_is_told_in_a_sentence(own: Company) -> None:
    found = changed(
        own,
        "contacts",
        lambda table: table.filter(pc.invert(this_week(own, table, "contacted_at"))),
    )
    assert ("stopped", "contacts") in told(found)
    [said] = [one["sentence"] for one in found["alarms"] if one["kind"] == "stopped"]
    assert said.startswith("contacts stopped: no row in the last seven days, before ")


def test_a_file_that_shrank_is_told_with_its_rows(own: Company) -> None:
    rows = pq.read_metadata(own.settings_path.parent / "customers.parquet").num_rows
    found = changed(own, "customers", lambda table: table.slice(0, rows // 2))
    [said] = [one["sentence"] for one in found["alarms"] if one["kind"] == "shrank"]
    assert said == (
        f"The file customers.parquet of customers shrank: {rows:,} rows at the last look, now {rows // 2:,}."
    )
    # The day after it is still so; once the tables have changed again it is no news any more.
    later, _ = look(own.workspace, as_of=end_of(own).plus_days(2))
    assert said in [one["sentence"] for one in later["alarms"]]
    assert "shrank" not in dict(told(changed(own, "items", lambda table: table.slice(0, 1_195))))


def test_amounts_in_another_unit_are_told_by_the_inputs_that_moved(own: Company) -> None:
    def in_cents(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index("amount")
        amount = table["amount"].cast(pa.float64())
        now = pc.if_else(this_week(own, table, "ordered_at"), pc.multiply(amount, 100.0), amount)
        return table.set_column(place, "amount", now.cast(table.schema.field(place).type))

    found = changed(own, "purchases", in_cents)
    moved = {about for kind, about in told(found) if kind == "input"}
    assert "spend_sum_30d" in moved or any("spend" in one for one in moved)
    assert all("It says: " in one["sentence"] for one in found["alarms"] if one["kind"] == "input")


def test_without_a_model_feeds_are_looked_at_all_the_same(own: Company) -> None:
    shutil.rmtree(own.workspace.bundles)
    found = changed(
        own,
        "contacts",
        lambda table: table.filter(pc.invert(this_week(own, table, "contacted_at"))),
    )
    assert ("stopped", "contacts") in told(found)
    assert "inputs, scores and quality" in found["cannot"]


def test_last_years_weeks_are_those_of_the_same_days_of_the_week(looked_at: Company) -> None:
    """The company has lived for 68 weeks, so that the weeks around reach back for two more at most."""
    store, end = open_store(looked_at.workspace), end_of(looked_at)
    weeks = JudgedWeeks(current_bundle(looked_at.workspace), store)
    years = weeks.years_before(end)
    lasts = [(end.seconds - year[-1].cutoff.seconds) // 604_800 for year in years]
    assert lasts == [52, 51, 53, 50, 54, 49, 55]
    assert {len(year) for year in years} == {WEEKS_BEFORE + 1}
    assert all((end.seconds - one.cutoff.seconds) % 604_800 == 0 for year in years for one in year)
    assert latest_look(looked_at.workspace)["knows_season"]
    early = end.plus_days(-7 * 20)
    assert not weeks.knows_season(early) and weeks.years_before(early) == []


def test_risks_that_the_training_bears_out_are_taken_at_their_word(own: Company) -> None:
    said = {"metrics": {**current_bundle(own.workspace).manifest.metrics, CAME: 1.05}}
    put_to_use(own.settings, own.workspace, family="lightgbm", version="2", said=said)
    found, _ = look(own.workspace, as_of=end_of(own).plus_days(1))
    assert found["cannot_estimate"] == "" and found["realised"] == []
    assert 0.0 < found["estimated"]["share"] < found["estimated"]["share_of_list"] <= 1.0
    assert 0.5 < found["estimated"]["auc"] < 1.0


def test_risks_that_the_training_did_not_bear_out_are_not(own: Company) -> None:
    said = {"metrics": {**current_bundle(own.workspace).manifest.metrics, CAME: 1.6}}
    put_to_use(own.settings, own.workspace, family="lightgbm", version="2", said=said)
    found, _ = look(own.workspace, as_of=end_of(own).plus_days(1))
    assert found["estimated"] is None
    assert found["cannot_estimate"] == "in its training 160 left where 100 were expected"


def test_realised_quality_is_that_of_the_untreated_as_the_tables_tell_it(own: Company) -> None:
    put_to_use(
        own.settings, own.workspace, family="lightgbm", version="2", said={"data_cut": "2024-06-01"}
    )
    found, _ = look(own.workspace, as_of=end_of(own).plus_days(1))
    day = found["realised"][0]
    first = datetime.fromisoformat(day["as_of"]).replace(tzinfo=UTC)
    last = first + timedelta(days=90)
    assert last == datetime.fromtimestamp(end_of(own).seconds, UTC)
    folder = own.settings_path.parent
    shown = pq.read_table(folder / "exposures.parquet").to_pylist()
    treated = {
        one["customer_id"]
        for one in shown
        if one["arm"] != "control" and first <= one["shown_at"].replace(tzinfo=UTC) < last
    }
    assert 0 < day["treated"] <= len(treated)
    bought = {
        one["customer_id"]
        for one in pq.read_table(folder / "purchases.parquet").to_pylist()
        if one["quantity"] > 0 and first <= one["ordered_at"].replace(tzinfo=UTC) < last
    }
    # Of those who bought nothing and were left alone no fewer are counted than are judged to have left.
    alone = set(open_store(own.workspace).pack().customer_ids) - treated
    assert round(day["share"] * day["customers"]) <= len(alone - bought)
    assert day["customers"] <= len(alone)
    assert 0.5 < day["auc"] <= 1.0
    days = [datetime.fromisoformat(one["as_of"]) for one in found["realised"]]
    assert [(days[0] - one).days for one in days] == [0, 28, 56]


def test_the_false_alarms_allowed_are_shared_among_all_inputs_and_the_risks(
    looked_at: Company,
) -> None:
    """What is exceeded by chance is larger the more there is to look at, and never the same for another number."""
    weeks = JudgedWeeks(current_bundle(looked_at.workspace), open_store(looked_at.workspace))
    judged = weeks.ending(end_of(looked_at))
    _, (risk,) = shifts_of(weeks, judged)
    risks, inputs = [one.risks[:, None] for one in judged], len(weeks.inputs)
    bounds = [
        shifts(["risk"], risks, compared=inputs + more)[0].by_chance for more in (-1, 0, 1, 2)
    ]
    assert risk.by_chance == bounds[2]
    assert bounds == sorted(set(bounds))
