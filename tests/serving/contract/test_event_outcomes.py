"""What became of a campaign's contact comes in as an event: once, by its campaign or decision, and a no counts at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from features.vocabulary.time import Cutoff
from serving.campaigns.freezing import CampaignTerms, start
from serving.campaigns.outcome_words import TITLES
from serving.campaigns.plannable import PlanLimits
from serving.campaigns.planning import planned
from serving.ledger.campaigns import CampaignMember, ContactOutcome
from tests.serving.calling import NOW, Caller, Service

WHEN = "2027-01-10T09:30:00Z"
SECONDS = Cutoff.parse("2027-01-10T09:30:00").seconds


def began(service: Service, name: str, most: int = 8) -> list[CampaignMember]:
    """The customers of a campaign that began lately, nobody held out."""
    in_use, ledger = service.models_in_use.in_use, service.models_in_use.ledger
    assert in_use is not None
    plan = planned(in_use.snapshot, PlanLimits(most=most, hold_out_percent=0))
    terms = CampaignTerms(name, "", "", Cutoff.parse("2027-01-01"), 30)
    found = start(ledger, in_use.snapshot, plan, terms, without_measurement=True, at=NOW)
    return ledger.campaigns.members(found.campaign.campaign_id)


@pytest.fixture
def teller(service: Service, tmp_path: Path) -> Caller:
    service.begin(tmp_path)
    return service.caller("events")


def told(teller: Caller, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    answer = teller.post("/v1/events", json={"rows": rows})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


def outcome(customer_id: str, word: str = "reached", **more: Any) -> dict[str, Any]:
    campaign = {"campaign": more.pop("campaign")} if "campaign" in more else {}
    said = {"outcome": word, "happened_at": more.pop("at", WHEN), **campaign}
    return {"customer_id": customer_id, "outcome": said, **more}


def statuses(rows: list[dict[str, Any]]) -> list[str]:
    return [row["status"] for row in rows]


def kept(service: Service, members: list[CampaignMember]) -> list[ContactOutcome]:
    return service.models_in_use.ledger.campaigns.outcomes(members[0].campaign_id)


def test_every_outcome_is_kept_with_its_campaign_and_moves_no_score(
    service: Service, teller: Caller
) -> None:
    members = began(service, "spring")
    words = [one for one in TITLES if one != "do_not_contact"]
    rows = [
        outcome(one.customer_id, word, campaign="spring", decision_id=one.decision_id)
        for one, word in zip(members, words, strict=False)
    ]
    answers = told(teller, *rows)
    assert {(row["status"], row["counts"]) for row in answers} == {("stored", False)}
    campaign_id = members[0].campaign_id
    assert {one.outcome: one for one in kept(service, members)} == {
        word: ContactOutcome(campaign_id, one.customer_id, SECONDS, word, NOW)
        for one, word in zip(members, words, strict=False)
    }


def test_twice_is_once_whatever_it_is_called(service: Service, teller: Caller) -> None:
    members = began(service, "spring")
    one = outcome(members[0].customer_id)
    assert statuses(told(teller, one)) == ["stored"]
    again = told(
        teller, one, one | {"event_id": "crm-1"}, outcome(members[0].customer_id, "accepted")
    )
    assert statuses(again) == ["duplicate", "duplicate", "stored"]
    assert len(kept(service, members)) == 2


def test_whoever_asks_not_to_be_contacted_is_withheld_from_the_next_answer_on(
    service: Service, teller: Caller
) -> None:
    members = began(service, "spring")
    silent, other = members[0].customer_id, members[1].customer_id
    row = outcome(silent, "do_not_contact"), outcome(other, "complaint")
    assert statuses(told(teller, *row)) == ["stored", "stored"]
    asked = {"rows": [{"customer_id": silent}, {"customer_id": other}]}
    answer = service.caller("score").post("/v1/score", json=asked).json()["rows"]
    assert statuses(answer) == ["no_consent", "ok"]
    assert service.models_in_use.ledger.privacy.withheld.objected == {silent}


def test_the_campaign_is_known_by_name_by_id_by_decision_or_where_there_is_one_alone(
    service: Service, teller: Caller
) -> None:
    first, second = began(service, "spring"), began(service, "summer")
    [one, *_], [two, *_] = first, second
    assert one.customer_id == two.customer_id
    in_two = one.customer_id
    rows = [
        outcome(in_two, at="2027-01-10T01:00:00Z"),
        outcome(in_two, at="2027-01-10T02:00:00Z", campaign="spring"),
        outcome(in_two, at="2027-01-10T03:00:00Z", campaign=two.campaign_id),
        outcome(in_two, at="2027-01-10T04:00:00Z", decision_id=two.decision_id),
        outcome(in_two, at="2027-01-10T05:00:00Z", decision_id=two.decision_id, campaign="spring"),
        outcome(in_two, at="2027-01-10T06:00:00Z", campaign="autumn"),
    ]
    assert statuses(told(teller, *rows)) == [
        "refused",
        "stored",
        "stored",
        "stored",
        "refused",
        "refused",
    ]
    assert (len(kept(service, first)), len(kept(service, second))) == (1, 2)


def test_an_outcome_of_no_contact_is_refused_and_the_others_are_kept(
    service: Service, teller: Caller
) -> None:
    members = began(service, "spring")
    in_use = service.models_in_use.in_use
    assert in_use is not None
    known = {one.customer_id for one in members}
    stranger = next(one for one in map(str, in_use.snapshot.customer_ids) if one not in known)
    rows = [
        outcome(stranger),
        outcome("nobody at all", "do_not_contact"),
        outcome(members[0].customer_id, decision_id=members[1].decision_id),
        outcome(members[0].customer_id, at="2030-01-01T00:00:00Z"),
        outcome(members[2].customer_id),
        {
            "customer_id": stranger,
            "contact": {"contacted_at": WHEN, "channel": "phone", "kind": "complaint"},
        },
    ]
    assert statuses(told(teller, *rows)) == ["refused"] * 4 + ["stored"] * 2
    assert [one.customer_id for one in kept(service, members)] == [members[2].customer_id]
    assert not service.models_in_use.ledger.privacy.withheld


def test_of_somebody_who_was_erased_nothing_is_kept(service: Service, teller: Caller) -> None:
    members = began(service, "spring")
    ledger = service.models_in_use.ledger
    ledger.privacy.erase([members[0].customer_id], at=NOW)
    rows = told(teller, outcome(members[0].customer_id, "do_not_contact", campaign="spring"))
    assert statuses(rows) == ["refused"] and kept(service, members) == []


def test_a_word_that_is_no_outcome_is_refused_by_its_field(
    service: Service, teller: Caller
) -> None:
    answer = teller.post("/v1/events", json={"rows": [outcome("C1", "perhaps")]})
    assert answer.status_code == 422
    [fault] = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/rows/0/outcome/outcome", "literal_error")
