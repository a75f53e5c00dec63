"""Expected value in the nightly scores and in the answers: for everybody it can be said of, and nobody else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from serving.nightly.run import score_everybody
from serving.scores.score import Status
from serving.snapshot.columns import CustomerValues, ValueReasonColumns, names_of
from serving.snapshot.customer_values import value_in_use, values_of_everybody
from serving.snapshot.reading import Snapshot, open_snapshot
from tests.serving.calling import Service
from tests.serving.company import Company, company_in, put_value_to_use
from training.families.churn.bundle import current_bundle


@pytest.fixture(scope="module")
def answering(
    valued_company: Company, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    service = Service(valued_company, tmp_path_factory.mktemp("ledger"))
    yield service
    service.close()


def customer(snapshot: Snapshot, status: Status) -> str:
    """Somebody of a status and, where it can be said, with a value."""
    keys = np.flatnonzero(snapshot.status == status)
    best = keys[np.argmax(snapshot.value_cents[keys])]
    return snapshot.customer_ids[int(best)]


def asked(service: Service, customer_id: str) -> dict[str, object]:
    answer = service.caller("score").post("/v1/score", json={"customer_id": customer_id})
    assert answer.status_code == 200, answer.text
    row: dict[str, object] = answer.json()["rows"][0]
    return row


def test_everybody_with_an_order_has_a_value_in_its_range(valued: Snapshot) -> None:
    said = valued.value_cents >= 0
    assert (said[valued.status == Status.OK]).all()
    assert said.sum() == valued.manifest["valued"] > valued.judged
    low, high = valued.value_low_cents[said], valued.value_high_cents[said]
    assert (low <= valued.value_cents[said]).all() and (valued.value_cents[said] <= high).all()
    assert (valued.value_if_kept_cents[said] >= valued.value_cents[said]).all()


def test_nobody_who_declined_or_never_ordered_has_a_value(valued: Snapshot) -> None:
    silent = np.isin(valued.status, (Status.NO_CONSENT, Status.INSUFFICIENT_DATA))
    assert silent.any() and (valued.value_cents[silent] == -1).all()


def test_a_judged_customers_answer_says_value_and_value_at_risk(
    answering: Service, valued: Snapshot
) -> None:
    row = asked(answering, customer(valued, Status.OK))
    value = row["value"]
    assert isinstance(value, dict)
    assert value["low_cents"] <= value["expected_cents"] <= value["high_cents"]
    assert value["horizon_days"] == valued.value_days == 90
    at_risk = float(str(row["probability"])) * value["if_kept_cents"]
    assert value["at_risk_cents"] == pytest.approx(at_risk, abs=1)


def test_a_customer_who_is_not_judged_has_a_value_and_nothing_at_risk(
    answering: Service, valued: Snapshot
) -> None:
    row = asked(answering, customer(valued, Status.NOT_ELIGIBLE))
    value = row["value"]
    assert isinstance(value, dict)
    assert value["expected_cents"] > 0 and "at_risk_cents" not in value
    assert "probability" not in row


def test_without_a_value_model_nothing_is_expected(snapshot: Snapshot) -> None:
    assert snapshot.value_days == 0 and (snapshot.value_cents == -1).all()
    assert snapshot.manifest["value_fault"] == ""


def test_a_new_value_model_makes_new_scores_and_the_same_one_does_not(
    valued_company: Company,
) -> None:
    assert score_everybody(valued_company.settings, valued_company.workspace).reused


@pytest.mark.parametrize("fault", ["other features", "damaged"])
def test_scores_of_risk_do_not_wait_for_a_value_model_that_cannot_be_used(
    demo_workspace: Company, tmp_path: Path, fault: str
) -> None:
    folder = tmp_path / "company"
    shutil.copytree(demo_workspace.settings_path.parent, folder)
    company = company_in(folder)
    manifest = put_value_to_use(company, plan_hash="0" * 64 if fault == "other features" else "")
    if fault == "damaged":
        bundle = company.workspace.bundles / "value" / manifest.digest
        (bundle / "level.json").write_text("{}", encoding="utf-8")
    summary = score_everybody(company.settings, company.workspace)
    assert summary.judged > 0 and summary.value_days == 0
    assert summary.value_fault.startswith("found ")
    assert open_snapshot(company.workspace).value_days == 0


def test_the_answer_says_why_in_cents_that_add_up(answering: Service, valued: Snapshot) -> None:
    for status in (Status.OK, Status.NOT_ELIGIBLE):
        value = asked(answering, customer(valued, status))["value"]
        assert isinstance(value, dict)
        parts = [one["cents"] for one in value["reasons"]]
        assert value["reasons"] and all(one["title"] and one["facts"] for one in value["reasons"])
        assert (
            value["base_cents"] + sum(parts) + value["limit_cents"] + value["other_cents"]
            == (value["expected_cents"])
        )
        assert value["base_cents"] == round(valued.manifest["value_base_cents"])


def test_without_reasons_the_answer_does_not_say_why(answering: Service, valued: Snapshot) -> None:
    question = {"rows": [{"customer_id": customer(valued, Status.OK)}], "reasons": False}
    answer = answering.caller("score").post("/v1/score", json=question)
    value = answer.json()["rows"][0]["value"]
    assert "expected_cents" in value and "reasons" not in value


def test_stored_shares_sum_to_the_value_of_everybody_who_has_one(valued: Snapshot) -> None:
    for key, status in enumerate(valued.status):
        found = valued.valued(key)
        assert (found is None) == (valued.value_cents[key] == -1), status
        if found is not None:
            shares = found.shares
            total = shares.base_cents + shares.by_part.sum() + shares.limit_cents
            largest = np.abs(shares.by_part).max()
            assert total == pytest.approx(shares.expected_cents, abs=1 + 1e-6 * largest)


def test_nothing_is_stored_of_those_who_declined(valued: Snapshot) -> None:
    declined = np.flatnonzero(valued.status == Status.NO_CONSENT)
    rows = valued.vector_rows[declined]
    assert np.isnan(valued.value_parts[rows[rows >= 0]]).all()


@pytest.mark.parametrize("rest", [1, 2, 0, -1])
def test_blocks_of_vectors_make_no_difference(
    valued_company: Company, valued: Snapshot, rest: int
) -> None:
    """Blocks of about half of all vectors, so that the last is a whole one or holds one or two alone."""
    bundle = value_in_use(valued_company.workspace, valued.vectors)
    risk = current_bundle(valued_company.workspace).manifest
    declined = valued.status == Status.NO_CONSENT
    size = (valued.vectors.rows - rest) // 2 if rest >= 0 else valued.vectors.rows + 1
    amounts, why = values_of_everybody(
        bundle, risk, valued.vectors, len(valued.customer_ids), declined, at_once=size
    )
    for name in names_of(CustomerValues):
        np.testing.assert_array_equal(getattr(amounts, name), getattr(valued, name), name)
    for name in names_of(ValueReasonColumns):
        np.testing.assert_array_equal(getattr(why, name), getattr(valued, name), name)


def test_what_is_known_of_a_value_goes_to_whom_it_is_known_of(
    valued_company: Company, valued: Snapshot
) -> None:
    """Asked of a few customers alone and in single rows, everybody has the value they have among all."""
    bundle = value_in_use(valued_company.workspace, valued.vectors)
    some = valued.vectors.select(np.arange(7))
    risk = current_bundle(valued_company.workspace).manifest
    declined = valued.status == Status.NO_CONSENT
    amounts, _ = values_of_everybody(
        bundle, risk, some, len(valued.customer_ids), declined, at_once=1
    )
    asked = np.isin(np.arange(len(valued.customer_ids)), some.customer_keys)
    for name in names_of(CustomerValues):
        found, all_of_them = getattr(amounts, name), getattr(valued, name)
        np.testing.assert_array_equal(found[asked], all_of_them[asked])
        assert (found[~asked] == -1).all()
