"""Offers as the service gives them: written down before they are answered, with arithmetic that can be done again."""

from __future__ import annotations

import csv
import math
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import DAY_SECONDS
from serving.contract.offer_messages import OfferDecisionsAnswer
from serving.ledger.hold_out import STANDING
from serving.ledger.ledger import ledger_of
from serving.ledger.offer_decisions import DECIDED, OfferDecision
from serving.offers.audience import decidable
from serving.offers.plans.plans import required_offering, simulated, write_plan
from tests.serving.calling import NOW, Caller, Service, Workplace, answer_as
from tests.serving.company import Company
from training.bundles.bundle import current
from training.families.offers.bundle import OFFER_KIND


@pytest.fixture(scope="module")
def service(
    offering_company: Company, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    made = Service(offering_company, tmp_path_factory.mktemp("ledger"))
    yield made
    made.close()


@pytest.fixture
def caller(service: Service, tmp_path: Path) -> Caller:
    service.begin(tmp_path)
    return service.caller("score", "privacy")


@pytest.fixture(scope="module")
def reachable(offering_company: Company) -> list[str]:
    """Customers something would be shown to, and who are not held out."""
    found = required_offering(offering_company.settings, offering_company.workspace)
    keys = decidable(found, offering_company.workspace)[:600]
    expected = found.expect(keys)
    allowed = found.permissions(keys, expected, (), NOW).is_permitted
    worth = np.where(allowed, found.terms(expected).priority, -np.inf).max(axis=1)
    return [found.customer_ids[int(key)] for key in keys[worth > 0]]


def ask(caller: Caller, *customers: str, **wishes: Any) -> dict[str, Any]:
    question = {"rows": [{"customer_id": one} for one in customers], **wishes}
    answer = caller.post("/v1/offers", json=question)
    assert answer.status_code == 200, answer.text
    answer_as(OfferDecisionsAnswer, answer.content)
    found: dict[str, Any] = answer.json()
    return found


def shown_to(caller: Caller, reachable: list[str], **wishes: Any) -> dict[str, Any]:
    """The row of the first customer who is shown something."""
    for one in reachable:
        row: dict[str, Any] = ask(caller, one, **wishes)["rows"][0]
        if row["slots"][0]["offer_id"]:
            return row
    raise AssertionError("nobody is shown anything")


def test_the_arithmetic_of_an_answer_can_be_done_again(
    caller: Caller, reachable: list[str]
) -> None:
    row = shown_to(caller, reachable, is_shown=False)
    best = row["candidates"][0]
    terms = best["terms"]
    product = terms["chance"] * terms["context"] * terms["value_cents"] * terms["lever"]
    assert product - terms["cost_cents"] == pytest.approx(terms["priority_cents"])
    assert row["slots"][0]["offer_id"] == best["offer_id"]
    assert row["slots"][0]["priority_cents"] == pytest.approx(terms["priority_cents"])
    assert terms["chance"] == best["effect"] and best["effect_low"] < best["effect"]
    priorities = [one["terms"]["priority_cents"] for one in row["candidates"]]
    assert priorities == sorted(priorities, reverse=True)


def test_base_and_pushes_sum_to_the_models_log_odds(
    caller: Caller, reachable: list[str], offering_company: Company
) -> None:
    row = shown_to(caller, reachable, is_shown=False)
    best = row["candidates"][0]
    bundle = current(OFFER_KIND, offering_company.workspace)
    assert bundle is not None
    assert bundle.propensity is None and bundle.persuasion is not None
    log_odds = best["base"] + sum(one["push"] for one in best["reasons"])
    assert best["propensity"] == pytest.approx(1 / (1 + math.exp(-log_odds)))
    assert any(one["text"] for one in best["reasons"])
    assert not any("entropy" in one["text"] or "Missing" in one["text"] for one in best["reasons"])


def test_reasons_are_told_in_the_language_asked_for(caller: Caller, reachable: list[str]) -> None:
    told = {}
    for language in ("en", "de"):
        row = ask(caller, reachable[0], is_shown=False, language=language)["rows"][0]
        told[language] = [one["title"] for one in row["candidates"][0]["reasons"]]
        assert any(one["text"] for one in row["candidates"][0]["reasons"])
    assert "Taste for what it is about" in told["en"]
    assert "Geschmack an dem, worum es geht" in told["de"]


def test_a_decision_is_written_down_and_counts_for_the_next(
    caller: Caller, service: Service, reachable: list[str]
) -> None:
    customer = shown_to(caller, reachable, is_shown=False)["customer_id"]
    first = ask(caller, customer)["rows"][0]
    second = ask(caller, customer)["rows"][0]
    third = ask(caller, customer)["rows"][0]
    kept = service.models_in_use.ledger.offers.of_customer(customer)
    assert {one.decision_id for one in kept} >= {first["decision_id"], second["decision_id"]}
    assert third["slots"][0]["offer_id"] is None
    (dropped,) = [one for one in third["dropped"] if one["reason"] == "channel_full"]
    assert dropped["step"] == "contact_policy" and len(dropped["offer_ids"]) > 1
    service.seconds += 8 * DAY_SECONDS
    assert ask(caller, customer)["rows"][0]["slots"][0]["offer_id"]


def test_a_look_counts_for_nothing(caller: Caller, reachable: list[str]) -> None:
    customer = shown_to(caller, reachable, is_shown=False)["customer_id"]
    told = [ask(caller, customer, is_shown=False)["rows"][0]["slots"] for _ in range(4)]
    assert all(one == told[0] for one in told)


def test_the_same_retry_gives_the_same_answer_and_one_decision(
    caller: Caller, service: Service, reachable: list[str]
) -> None:
    question = {"rows": [{"customer_id": reachable[0]}]}
    answers = [
        caller.post("/v1/offers", json=question, headers={"Idempotency-Key": "once"}).json()
        for _ in range(3)
    ]
    assert answers[0] == answers[1] == answers[2]
    assert len(service.models_in_use.ledger.offers.of_customer(reachable[0])) == 1


def test_the_held_out_are_shown_nothing_for_ever(caller: Caller, reachable: list[str]) -> None:
    rows = ask(caller, *reachable[:150], is_shown=False)["rows"]
    held = {one["customer_id"] for one in rows if one["slots"][0]["arm"] == "hold_out"}
    assert 3 <= len(held) <= 35
    assert all(one["slots"][0]["offer_id"] is None for one in rows if one["customer_id"] in held)
    again = ask(caller, *reachable[:150])["rows"]
    assert held == {one["customer_id"] for one in again if one["slots"][0]["arm"] == "hold_out"}


def test_what_cannot_be_written_down_is_not_answered(
    caller: Caller, service: Service, reachable: list[str]
) -> None:
    with sqlite3.connect(service.models_in_use.ledger.path) as connection:
        connection.execute("DROP TABLE offer_decisions")
    answer = caller.post("/v1/offers", json={"rows": [{"customer_id": reachable[0]}]})
    assert answer.status_code >= 500 and "offer_id" not in answer.text


def test_an_erasure_takes_decisions_along(
    caller: Caller, service: Service, reachable: list[str]
) -> None:
    ask(caller, reachable[3])
    assert service.models_in_use.ledger.offers.of_customer(reachable[3])
    service.models_in_use.ledger.privacy.erase([reachable[3]], at=NOW)
    assert service.models_in_use.ledger.offers.of_customer(reachable[3]) == []
    assert ask(caller, reachable[3])["rows"][0]["status"] == "unknown_id"


def test_an_objection_counts_at_once_and_nobody_unknown_is_decided_about(
    caller: Caller, reachable: list[str]
) -> None:
    objection = {"rows": [{"customer_id": reachable[0], "objects": True}]}
    assert caller.post("/v1/objections", json=objection).status_code == 200
    mine, nobody = ask(caller, reachable[0], "nobody")["rows"]
    assert mine["status"] == "no_consent" and mine["slots"] == []
    assert nobody["status"] == "unknown_id" and nobody["decision_id"] is None


def test_an_offer_that_is_not_asked_for_is_dropped_and_an_unknown_one_refused(
    caller: Caller, reachable: list[str]
) -> None:
    row = ask(caller, reachable[0], offer_ids=["OFFER-02"], is_shown=False)["rows"][0]
    assert {one["offer_id"] for one in row["candidates"]} <= {"OFFER-02"}
    for wrong in (
        {"offer_ids": ["tea"]},
        {"context": {"tea": 5.0}},
        {"context": {"OFFER-02": -100.0}},
    ):
        question = {"rows": [{"customer_id": reachable[0]}], **wrong}
        assert caller.post("/v1/offers", json=question).status_code == 422
    twice = {"rows": [{"customer_id": reachable[0]}] * 2}
    assert caller.post("/v1/offers", json=twice).status_code == 422


def test_a_context_weighs_an_offer_up(caller: Caller, reachable: list[str]) -> None:
    row = shown_to(caller, reachable, is_shown=False, count=12)
    last = row["candidates"][-1]
    weighed = ask(
        caller, row["customer_id"], is_shown=False, count=12, context={last["offer_id"]: 900.0}
    )["rows"][0]
    (same,) = [one for one in weighed["candidates"] if one["offer_id"] == last["offer_id"]]
    assert same["terms"]["context"] == 10.0
    assert same["terms"]["priority_cents"] >= last["terms"]["priority_cents"]


def test_the_model_is_listed_and_says_how_it_was_earned(
    caller: Caller, offering_company: Company
) -> None:
    bundle = current(OFFER_KIND, offering_company.workspace)
    assert bundle is not None and bundle.manifest.task.is_causal
    told = bundle.manifest.evaluation["persuasion"]
    assert told["mean_effect"][1] > 0 and len(told["tenths"]) == 10
    metrics = bundle.manifest.metrics
    assert metrics["within_offer_auc_low"] > 0.5 and metrics["ece"] < 0.02


def test_a_fresh_process_opens_the_model_and_loads_nothing_that_only_training_needs(
    offering_company: Company,
) -> None:
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from features.company.settings.reading import load_settings\nfrom features.company.workspace import Workspace\n"
        "from serving.in_use.models_in_use import ModelsInUse\n"
        "settings = load_settings(Path(sys.argv[1]))\n"
        "models_in_use = ModelsInUse(settings, Workspace(settings.workspace_folder), now=lambda: 0, ticks=lambda: 0.0)\n"
        "heavy = [one for one in ('pandas', 'sklearn', 'mlflow', 'shap') if one in sys.modules]\n"
        "print(models_in_use.offering is not None, heavy)"
    )
    found = subprocess.run(
        [sys.executable, "-c", program, str(offering_company.settings_path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stdout.splitlines()[-1] == "True []"


def test_a_wrong_lever_is_refused(offering_company: Company) -> None:
    for lever in ("OFFER-01", "OFFER-99=5", "OFFER-01=much"):
        with pytest.raises(UsageRefused):
            simulated(offering_company.settings, offering_company.workspace, {}, [lever], at=NOW)


def test_a_plan_keeps_its_budgets_and_the_hold_out(
    offering_company: Company, tmp_path: Path
) -> None:
    file = tmp_path / "plan.csv"
    found = write_plan(
        offering_company.settings, offering_company.workspace, file,
        most=100, budget_cents=500, channels={"email": 90}, least={"OFFER-01": 5}, at=NOW,
    )  # fmt: skip
    lines = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
    assert lines[0] == [
        "customer_id", "offer_id", "channel", "net_gain_cents", "cost_cents", "source", "priority_cents",
    ]  # fmt: skip
    assert len(lines) == found.shown + 1
    assert found.shown <= 90 and found.used["cents"] <= 500 and found.used["at least OFFER-01"] >= 5
    assert found.value_cents >= 0.98 * found.bound_cents


def test_a_plan_counts_what_the_service_showed_and_leaves_the_held_out_alone(
    offering_company: Company, tmp_path: Path
) -> None:
    workspace = Workplace(offering_company.workspace, tmp_path / "ledger.db")
    settings = offering_company.settings

    def planned(name: str) -> set[str]:
        file = tmp_path / name
        write_plan(
            settings, workspace, file, most=None, budget_cents=None, channels={}, least={}, at=NOW
        )
        # The names of the columns are nobody's, and a lot drawn for them would be held out now and then.
        _, *rows = csv.reader(file.read_text(encoding="utf-8").splitlines())
        return {row[0] for row in rows}

    before = planned("before.csv")
    one = sorted(before)[0]
    with ledger_of(workspace) as ledger:
        assert not any(ledger.hold_out.holds(who, STANDING, 10) for who in before)
        ledger.offers.append(
            [
                OfferDecision(str(slot), 1, one, "OFFER-00", DECIDED, 1.0, 1.0, 1, "digest", NOW)
                for slot in range(2)
            ]
        )
    assert planned("after.csv") == before - {one}
