"""Everybody's worded reasons in a file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow.parquet as parquet
import pytest
from pyarrow import csv

from features.company.settings.service import ExportSettings
from features.vocabulary.errors import UsageRefused
from serving.exports.crm_shapes import SHAPES, dynamics, hubspot, salesforce
from serving.exports.reasons import export_reasons
from serving.ledger.ledger import Ledger
from serving.snapshot.reading import open_snapshot
from tests.oracles.published import Published
from tests.serving.calling import Caller
from tests.serving.company import Company, company_in
from training.reasons.languages.known import language_of


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_the_file_tells_every_judged_customer_what_the_service_tells(
    demo_workspace: Company, caller: Caller, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "out").mkdir()
    path = tmp_path / "out" / f"reasons.{kind}"
    found = export_reasons(demo_workspace.workspace, path, language_of("en"), currency="EUR")
    table = parquet.read_table(path) if kind == "parquet" else csv.read_csv(path)
    assert table.num_rows == found.customers > 200
    lines = table.slice(0, 20).to_pylist()
    answered = caller.score(rows=[{"customer_id": one["customer_id"]} for one in lines])["rows"]
    for line, row in zip(lines, answered, strict=True):
        assert line["risk_percent"] == row["shown"]["probability"]
        first = row["reasons"][0]
        assert (line["reason_1"], line["points_1"]) == (first["title"], first["shown_points"])
        assert (line["text_1"] or "") == first["text"]
        if line["risk_before_percent"] is not None:
            moved = line["risk_before_percent"] + line["risk_change_points"]
            assert moved == pytest.approx(line["risk_percent"], abs=1e-6)
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_the_language_is_the_one_asked_for(demo_workspace: Company, tmp_path: Path) -> None:
    path = tmp_path / "gruende.parquet"
    export_reasons(demo_workspace.workspace, path, language_of("de"), currency="EUR")
    titles = set(parquet.read_table(path)["reason_1"].to_pylist())
    assert "Kaufrhythmus" in titles and "Buying rhythm" not in titles


@pytest.mark.parametrize("name", ["reasons.xlsx", "reasons", "nowhere/reasons.csv"])
def test_another_kind_of_file_is_refused_and_nothing_is_written(
    demo_workspace: Company, tmp_path: Path, name: str
) -> None:
    with pytest.raises(UsageRefused):
        export_reasons(demo_workspace.workspace, tmp_path / name, language_of("en"), currency="EUR")
    assert list(tmp_path.iterdir()) == []


ROW = {
    "customer_id": "17841",
    "percentile": 93.0,
    "risk_percent": 62.4,
    "risk_band": "high",
    "risk_change_points": 4.2,
    "expected_value_cents": None,
    "value_at_risk_cents": 12_345,
    "reason_1": "Silent for 41 days",
    "reason_2": None,
    "reason_3": None,
    "scored_at": "2026-01-01T00:00:00Z",
    "model_version": "7",
}


def test_salesforce_is_given_upserts_by_external_id_in_blocks_of_200() -> None:
    bodies = [json.loads(one) for one in salesforce([ROW] * 201, ExportSettings())]
    assert [len(one["records"]) for one in bodies] == [200, 1]
    assert bodies[1] == {
        "allOrNone": False,
        "records": [
            {
                "attributes": {"type": "Contact"},
                "Customer_Number__c": "17841",
                "Risk_Percent__c": 62.4,
                "Risk_Band__c": "high",
                "Risk_Change_Points__c": 4.2,
                "Expected_Value_Cents__c": None,
                "Value_At_Risk_Cents__c": 12_345,
                "Reason_1__c": "Silent for 41 days",
                "Reason_2__c": None,
                "Reason_3__c": None,
                "Scored_At__c": "2026-01-01T00:00:00Z",
                "Model_Version__c": "7",
            }
        ],
    }


def test_hubspot_is_given_batch_upserts_of_100_with_a_trace_id_each() -> None:
    bodies = [json.loads(one) for one in hubspot([ROW] * 101, ExportSettings())]
    assert [len(one["inputs"]) for one in bodies] == [100, 1]
    only = bodies[1]["inputs"][0]
    assert (only["id"], only["idProperty"], only["objectWriteTraceId"]) == (
        "17841",
        "customer_number",
        "17841",
    )
    assert only["properties"]["regulars_risk_percent"] == "62.4"
    assert only["properties"]["regulars_reason_2"] == ""


@pytest.mark.parametrize(("change", "trend"), [(4.2, 2), (0.3, 1), (-0.9, 1), (-1.0, 0), (None, 3)])
def test_dynamics_is_given_predictive_scores(change: float | None, trend: int) -> None:
    body = json.loads(dynamics([ROW | {"risk_change_points": change}], ExportSettings())[0])
    assert body == {
        "entityid": "17841",
        "entitytype": "contact",
        "msdyn_score": 62,
        "msdyn_scoretrend": trend,
        "msdyn_grade": 0,
    }


def test_a_crm_is_told_the_published_money_risk_and_change(
    valued_company: Company, tmp_path: Path
) -> None:
    workspace = own(valued_company, tmp_path).workspace
    folder = workspace.scores.current
    assert folder is not None
    told = Published(folder, tmp_path / "own")
    path = tmp_path / "rows"
    english = language_of("en")
    export_reasons(workspace, path, english, currency="EUR", to="hubspot")
    inputs = [one for line in path.read_bytes().splitlines() for one in json.loads(line)["inputs"]]
    assert len(inputs) == told.judged
    for place in range(0, told.judged, 9):
        moved = told.moved_points(place)
        flat = {
            name.removeprefix("regulars_"): one for name, one in inputs[place]["properties"].items()
        }
        assert inputs[place]["id"] == told.customer(place)
        assert flat["risk_percent"] == f"{100 * told.risk(place):.1f}"
        assert flat["risk_band"] == told.band(place)
        assert flat["risk_change_points"] == ("" if moved is None else f"{moved:.1f}")
        assert flat["expected_value_cents"] == str(told.of("value_cents", place))
        assert flat["value_at_risk_cents"] == str(round(told.at_risk_cents(place)))
        assert flat["scored_at"] == f"{told.cutoff:%Y-%m-%dT%H:%M:%SZ}"
        assert flat["model_version"] == told.manifest["model_version"]
        assert bool(flat["reason_1"]) and flat["reason_1"] != flat["reason_2"]
    table = tmp_path / "rows.parquet"
    export_reasons(workspace, table, english, currency="EUR")
    before = parquet.read_table(table)["risk_before_percent"].to_pylist()
    for place, one in enumerate(before):
        earlier = float(told["risk_before"][place])
        assert one == (None if earlier != earlier else round(100 * earlier, 1))


def own(company: Company, folder: Path) -> Company:
    """A copy of the company, because an export leaves a note in its workspace."""
    shutil.copytree(company.settings_path.parent, folder / "own")
    shutil.rmtree(company_in(folder / "own").workspace.folder / "exports", ignore_errors=True)
    return company_in(folder / "own")


@pytest.mark.parametrize("target", ["csv", "hubspot"])
def test_only_rows_that_are_new_to_a_target_are_written_on_request(
    demo_workspace: Company, tmp_path: Path, target: str
) -> None:
    workspace = own(demo_workspace, tmp_path).workspace

    def export(name: str, language: str = "en", to: str = target) -> tuple[int, int]:
        found = export_reasons(
            workspace,
            tmp_path / name,
            language_of(language),
            currency="EUR",
            to=to,
            only_changed=True,
        )
        return found.customers, found.unchanged

    everybody, none = export("first")
    assert everybody > 200 and none == 0
    assert export("second") == (0, everybody)
    # Other words are other rows, and another target has none of them yet.
    assert export("third", language="de") == (everybody, 0)
    assert export("fourth", to="dynamics") == (everybody, 0)
    ledger = Ledger(workspace.ledger)
    snapshot = open_snapshot(workspace)
    objector = snapshot.customer_ids[int(snapshot.ranking.customer_keys[0])]
    ledger.privacy.decide([(objector, True)], at=1)
    ledger.close()
    assert export("fifth", to="dynamics") == (0, everybody - 1)


@pytest.mark.parametrize("to", ["csv", "hubspot"])
def test_whoever_objects_or_is_erased_while_an_export_is_written_is_not_in_it(
    demo_workspace: Company, tmp_path: Path, to: str
) -> None:
    workspace = own(demo_workspace, tmp_path).workspace
    snapshot = open_snapshot(workspace)
    first, second = (snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys[:2])
    ledger, told = Ledger(workspace.ledger), list[int]()

    def progress(step: str, done: int, total: int) -> None:
        told.append(done)
        if len(told) == 1:
            ledger.privacy.decide([(first, True)], at=1)
            ledger.privacy.erase([second], at=1)

    file = tmp_path / f"out.{to}"
    english = language_of("en")
    export_reasons(workspace, file, english, currency="EUR", to=to, progress=progress, at_once=100)
    ledger.close()
    assert told.count(100) == 2
    text = file.read_text(encoding="utf-8")
    assert first not in text and second not in text and len(text) > 20_000


def test_an_export_that_fails_leaves_neither_a_file_nor_a_note(
    demo_workspace: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = own(demo_workspace, tmp_path).workspace

    def full(*_: object) -> list[bytes]:
        raise OSError("no space left")

    monkeypatch.setitem(SHAPES, "hubspot", full)
    with pytest.raises(OSError, match="no space"):
        export_reasons(workspace, tmp_path / "out", language_of("en"), currency="EUR", to="hubspot")
    assert not (tmp_path / "out").exists() and not (workspace.folder / "exports").exists()


@pytest.mark.parametrize("rest", [0, 1, 2])
def test_blocks_of_customers_make_no_difference(
    demo_workspace: Company, tmp_path: Path, rest: int
) -> None:
    """Two blocks and what is left over, or one block that just holds everybody."""
    whole, parts = tmp_path / "whole.parquet", tmp_path / "parts.parquet"
    english = language_of("en")
    count = export_reasons(demo_workspace.workspace, whole, english, currency="EUR").customers
    for size in ((count - rest) // 2, count, count + 1):
        told = export_reasons(
            demo_workspace.workspace, parts, english, currency="EUR", at_once=size
        )
        assert told.customers == count
        assert parquet.read_table(parts).equals(parquet.read_table(whole))
