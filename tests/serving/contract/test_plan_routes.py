"""``POST /v1/plans`` answers what `regulars campaign plan` says, to the cent, names no customer and refuses by field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from regulars.main import main
from serving.ledger.hold_out import STANDING
from serving.snapshot.reading import Snapshot
from tests.serving.calling import Caller, Service
from tests.serving.company import Company

STARTS = "2027-06-01"


@pytest.fixture(scope="module")
def service(
    recommending_company: Company, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    made = Service(recommending_company, tmp_path_factory.mktemp("ledger"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def caller(service: Service) -> Caller:
    return service.caller("score")


def ask(caller: Caller, **limits: Any) -> dict[str, Any]:
    answer = caller.post("/v1/plans", json=limits)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def faults(caller: Caller, **limits: Any) -> set[tuple[str, str]]:
    answer = caller.post("/v1/plans", json=limits)
    assert answer.status_code == 422
    return {(one["pointer"], one["code"]) for one in answer.json()["errors"]}


def test_it_says_what_the_command_says_to_the_cent(
    recommending_company: Company, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(recommending_company.settings_path.parent)
    words = (
        "--budget-cents",
        "3000",
        "--capacity",
        "mail=60",
        "--status",
        "at_risk",
        "--status",
        "slowing",
    )
    told = CliRunner().invoke(
        main, ["campaign", "plan", *words, "--hold-out-percent", "20", "--starts", STARTS, "--json"]
    )  # fmt: skip
    command = json.loads(told.output)
    found = ask(
        caller,
        budget_cents=3_000,
        capacities={"mail": 60},
        statuses=["at_risk", "slowing"],
        hold_out_percent=20,
        starts=STARTS,
    )
    assert found["customers"] > 0
    for name in (
        "considered",
        "customers",
        "leavers_reached",
        "gone_anyway",
        "staying_anyway",
        "kept",
    ):
        assert found[name] == command[name], name
    assert found["spend_cents"] == round(command["spend_cents"])
    assert found["net_gain_cents"] == round(command["gain_cents"])
    assert found["net_gain_low_cents"] == round(command["gain_low_cents"])
    assert found["net_gain_high_cents"] == round(command["gain_high_cents"])
    assert found["hold_out"]["smallest_effect"] == command["answer"]["smallest"]
    assert found["hold_out"]["is_possible"] is command["answer"]["is_possible"]
    assert set(found["prices"].values()) == set(command["prices"].values())


def test_the_parts_add_up_and_the_curve_leads_from_nothing_to_all_that_pays(caller: Caller) -> None:
    found = ask(caller, budget_cents=4_000)
    by_contact = found["contacts"]
    assert sum(one["customers"] for one in by_contact) == pytest.approx(found["customers"])
    assert abs(sum(one["spend_cents"] for one in by_contact) - found["spend_cents"]) <= len(
        by_contact
    )
    spends = [one["spend_cents"] for one in found["curve"]]
    assert spends[0] == 0 and spends == sorted(spends)
    assert spends[-1] == ask(caller)["spend_cents"] > found["spend_cents"]
    assert set(found["prices"]) == {"budget_cents"} and found["prices"]["budget_cents"] > 0


def test_it_says_of_the_hold_out_in_a_sentence_what_it_finds(caller: Caller) -> None:
    power = ask(caller, hold_out_percent=50)["hold_out"]
    assert power["said"].startswith(f"{power['held_out']} held out beside {power['contacted']}")
    german = ask(caller, hold_out_percent=50, language="de")["hold_out"]
    assert german | {"said": ""} == power | {"said": ""}
    assert "zurückgehalten" in german["said"]
    nobody = ask(caller, hold_out_percent=0)["hold_out"]
    assert nobody["smallest_effect"] is None and nobody["is_possible"] is False


def test_no_customer_is_named_and_nothing_is_written_down(service: Service, caller: Caller) -> None:
    in_use = service.models_in_use.in_use
    assert in_use is not None
    said = caller.post("/v1/plans", json={}).text
    ids = in_use.snapshot.customer_ids
    assert not any(f'"{ids[key]}"' in said for key in range(len(ids)))
    assert service.models_in_use.ledger.campaigns.all() == []
    assert service.models_in_use.ledger.hold_out.holds(ids[0], STANDING, 0) is False


def test_the_window_says_when_it_can_be_measured(caller: Caller) -> None:
    found = ask(caller, starts=STARTS, window_days=30)
    assert (found["starts"], found["due"]) == (f"{STARTS}T00:00:00Z", "2027-07-01T00:00:00Z")
    today = datetime.fromtimestamp(1_800_000_000, UTC).date()
    assert ask(caller)["starts"] == f"{today}T00:00:00Z"


def test_what_is_no_limit_is_refused_by_its_field(caller: Caller) -> None:
    assert faults(caller, hold_out_percent=91) == {("/hold_out_percent", "less_than_equal")}
    assert faults(caller, most=0) == {("/most", "greater_than_equal")}
    assert faults(caller, budget_cents=-1) == {("/budget_cents", "greater_than_equal")}
    assert faults(caller, statuses=["asleep"]) == {("/statuses/0", "literal_error")}
    assert faults(caller, actions=["fax"]) == {("/actions/0", "literal_error")}
    assert faults(caller, starts="2001-01-01") == {("/starts", "before_scores")}


def test_a_contact_the_company_does_not_make_is_refused_by_name(
    tmp_path: Path, snapshot: Snapshot, demo_workspace: Company
) -> None:
    made = Service(demo_workspace, tmp_path)
    try:
        in_use = made.models_in_use.in_use
        assert in_use is not None
        # What the scores know is remembered; without the letter they are those of a company that writes none.
        in_use.snapshot.__dict__["actions"] = tuple(
            one for one in snapshot.actions if one.name != "letter"
        )
        asked = made.caller("score")
        assert faults(asked, actions=["mail", "letter"]) == {("/actions/1", "unknown_contact")}
        assert faults(asked, capacities={"letter": 5}) == {
            ("/capacities/letter", "unknown_contact")
        }
        in_use.snapshot.__dict__["actions"] = ()
        answer = asked.post("/v1/plans", json={})
        assert (answer.status_code, answer.json()["code"]) == (409, "not_trained")
    finally:
        made.close()


def test_only_a_key_for_scores_may_ask(service: Service) -> None:
    assert service.caller("events").post("/v1/plans", json={}).status_code == 403
