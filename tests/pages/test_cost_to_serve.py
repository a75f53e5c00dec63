"""What serving costs: on disk, in answers, on the pages and in files, and nowhere where nothing costs."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator

import numpy as np
import pyarrow.parquet as parquet
import pytest

from features.company.settings.cost_to_serve import CostToServeSettings
from features.store.store import open_store
from serving.exports.reasons import export_reasons
from serving.in_use.models_in_use import InUse
from serving.nightly.run import score_everybody
from serving.pages.files.download import csv_parts
from serving.pages.files.table import COLUMNS, COST_COLUMNS
from serving.pages.list_query import ListQuery
from serving.pages.list_sentences import money_note
from serving.snapshot.reading import Snapshot, open_snapshot
from tests.pages.customers import page_of
from tests.serving.calling import Service
from tests.serving.company import Company, company_in, put_value_to_use
from training.bundles.bundle import current
from training.families.value.bundle import VALUE_KIND
from training.reasons.languages.known import ENGLISH, language_of

COSTS = CostToServeSettings({"visit": "2500", "complaint": "900"}, 700, {})


@pytest.fixture(scope="module")
def costing(demo_workspace: Company, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The company where a visit costs 25.00, a complaint 9.00 and a return 7.00."""
    folder = tmp_path_factory.mktemp("costing") / "company"
    shutil.copytree(demo_workspace.settings_path.parent, folder)
    company = company_in(folder)
    put_value_to_use(company, costs=COSTS)
    summary = score_everybody(company.settings, company.workspace)
    assert summary.cost_to_serve_cents and summary.costly and "costly" in summary.as_dict()
    return company


@pytest.fixture(scope="module")
def scores(costing: Company) -> Snapshot:
    return open_snapshot(costing.workspace)


@pytest.fixture(scope="module")
def service(costing: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(costing, tmp_path_factory.mktemp("ledger"))
    yield service
    service.close()


@pytest.fixture(scope="module")
def in_use(service: Service) -> InUse:
    found = service.models_in_use.in_use
    assert found is not None
    return found


def test_everybody_with_a_value_has_the_cost_the_bundle_says_and_nobody_else(
    costing: Company, scores: Snapshot
) -> None:
    bundle = current(VALUE_KIND, costing.workspace)
    assert bundle is not None
    said = scores.value_cents >= 0
    assert ((scores.cost_to_serve_cents >= 0) == said).all()
    rows = scores.vector_rows[said]
    expected = bundle.cost_cents(np.ascontiguousarray(bundle.bind(scores.vectors)[rows]))
    assert expected is not None
    assert scores.cost_to_serve_cents[said].tolist() == np.rint(expected).astype(int).tolist()
    costly = said & (scores.cost_to_serve_cents > scores.value_cents)
    assert scores.manifest["costly"] == costly.sum() > 0
    assert scores.manifest["cost_to_serve_cents"] == scores.cost_to_serve_cents[said].sum()
    # The visits before the cutoff are those of the store.
    visits = open_store(costing.workspace).pack().streams["contacts"]
    assert "visit" in visits.dictionaries["kind"]


def test_an_answer_has_the_cost_and_what_it_leaves_also_below_zero(
    service: Service, scores: Snapshot
) -> None:
    gap = np.where(scores.value_cents >= 0, scores.value_cents - scores.cost_to_serve_cents, 10**9)
    for key in (int(np.argmin(gap)), int(np.argmax(np.where(gap == 10**9, -1, gap)))):
        asked = {"customer_id": scores.customer_ids[key]}
        answer = service.caller("score").post("/v1/score", json=asked)
        value = answer.json()["rows"][0]["value"]
        assert value["cost_to_serve_cents"] == scores.cost_to_serve_cents[key]
        assert value["net_cents"] == value["expected_cents"] - value["cost_to_serve_cents"]
    assert gap.min() < 0


def test_a_customers_page_says_what_it_leaves_and_what_costs_most(
    in_use: InUse, costing: Company
) -> None:
    pages = [page_of(in_use, costing.settings, place) for place in range(0, 30, 3)]
    assert all("is expected to cost" in page.cost_to_serve for page in pages)
    assert any("What costs most: " in page.cost_to_serve for page in pages)
    for page in pages:
        key = in_use.snapshot.find(page.customer_id)
        amounts = in_use.snapshot.value_of(key)
        assert amounts is not None
        left = ENGLISH.money(amounts["net_cents"], costing.settings.company.currency)
        assert f"which leaves {left}." in page.cost_to_serve


def test_the_list_says_how_many_cost_more_than_they_bring_in_german_too(in_use: InUse) -> None:
    count = ENGLISH.count(in_use.snapshot.manifest["costly"])
    assert f"{count} customers are expected to cost more" in money_note(in_use.snapshot, ENGLISH)
    german = money_note(in_use.snapshot, language_of("de"))
    assert "kosten in der Betreuung voraussichtlich mehr, als sie bringen." in german


def test_files_have_columns_of_it_at_their_end(
    in_use: InUse, costing: Company, tmp_path_factory: pytest.TempPathFactory
) -> None:
    written = b"".join(csv_parts(in_use, ListQuery(sort="risk", consent="all"), "EUR")).decode(
        "utf-8-sig"
    )
    lines = list(csv.DictReader(io.StringIO(written)))
    assert list(lines[0]) == [*COLUMNS, *COST_COLUMNS]
    snapshot, path = in_use.snapshot, tmp_path_factory.mktemp("out") / "scores.parquet"
    export_reasons(costing.workspace, path, ENGLISH, currency="EUR", to="parquet")
    table = parquet.read_table(path).to_pylist()
    for line, row in zip(lines[:40], table[:40], strict=True):
        assert line["customer_id"] == row["customer_id"]
        amounts = snapshot.value_of(snapshot.find(row["customer_id"]))
        assert amounts is not None
        cost, net = amounts["cost_to_serve_cents"], amounts["net_cents"]
        assert (row["cost_to_serve_cents"], row["net_cents"]) == (cost, net)
        assert (line["cost_to_serve"], line["value_less_cost"]) == (
            f"{cost / 100:.2f}",
            f"{net / 100:.2f}",
        )


def test_where_nothing_costs_nobody_hears_of_it(
    valued: Snapshot, valued_service: Service, valued_company: Company
) -> None:
    assert not valued.tells_cost and (valued.cost_to_serve_cents == -1).all()
    assert not {"costly", "cost_to_serve_cents"} & set(valued.manifest)
    assert "costs" not in valued.manifest["value"]
    in_use = valued_service.models_in_use.in_use
    assert in_use is not None
    written = b"".join(csv_parts(in_use, ListQuery(sort="risk", consent="all"), "EUR")).decode(
        "utf-8-sig"
    )
    assert next(csv.reader(io.StringIO(written))) == list(COLUMNS)
    assert page_of(in_use, valued_company.settings, 0).cost_to_serve == ""
    assert "cost more" not in money_note(valued, ENGLISH)
    value = valued.value_of(int(valued.ranking.customer_keys[0]))
    assert value is not None and "net_cents" not in value
