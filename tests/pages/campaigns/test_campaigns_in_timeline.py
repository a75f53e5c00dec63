"""A customer's page tells what campaigns meant for them and what became of it, and nothing of what is still to come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from features.vocabulary.time import Cutoff
from serving.ledger.campaigns import CampaignMember, ContactOutcome, FrozenCampaign
from serving.pages.figures import link_to
from tests.serving.calling import NOW, Service
from tests.serving.company import Company


@pytest.fixture
def service(demo_workspace: Company, tmp_path: Path) -> Iterator[Service]:
    made = Service(demo_workspace, tmp_path)
    yield made
    made.close()


def join(
    service: Service, name: str, starts: str, customer_id: str, *, held_out: bool = False
) -> str:
    campaign = FrozenCampaign(
        name, name, "", "", Cutoff.parse(starts).seconds, 30, 10, True, {"model_digest": ""}, NOW
    )
    member = CampaignMember(
        name, customer_id, f"d-{name}", "call", held_out, "active", 0.5, 0.1, 100, 10, 5, NOW
    )
    service.models_in_use.ledger.campaigns.freeze(campaign, [member])
    return name


def moments(service: Service, key: int) -> list[str]:
    """The titles and texts of the timeline, the latest first."""
    in_use = service.models_in_use.in_use
    assert in_use is not None
    page = BeautifulSoup(service.browser().get(link_to(in_use, key)).text, "html.parser")
    return [" ".join(one.get_text(" ").split()) for one in page.select(".moments li")]


def test_contacts_outcomes_and_hold_outs_stand_in_the_timeline(service: Service) -> None:
    in_use = service.models_in_use.in_use
    assert in_use is not None
    key = int(in_use.snapshot.ranking.customer_keys[0])
    customer_id = in_use.snapshot.customer_ids[key]
    spring = join(service, "Spring calls", "2026-12-01", customer_id)
    join(service, "Autumn mails", "2026-10-01", customer_id, held_out=True)
    join(service, "Summer to come", "2027-05-01", customer_id)
    happened = Cutoff.parse("2026-12-03").seconds
    outcome = ContactOutcome(spring, customer_id, happened, "call_back", NOW)
    service.models_in_use.ledger.campaigns.report([outcome])
    told = [one for one in moments(service, key) if "for " in one and "2026" in one][:3]
    assert told == [
        "3 Dec 2026 Outcome of a contact Call back · by phone · for Spring calls",
        "1 Dec 2026 Contact planned by phone · for Spring calls",
        "1 Oct 2026 Held out of a campaign by phone · for Autumn mails",
    ]
    assert not any("Summer to come" in one for one in moments(service, key))
    other = int(in_use.snapshot.ranking.customer_keys[1])
    assert not any("Spring calls" in one for one in moments(service, other))
