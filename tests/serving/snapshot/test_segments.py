"""Behaviour segments in the nightly scores, in the answers and on the page: whose they are, and why."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from features.store.store import open_store
from features.vocabulary.time import Cutoff
from serving.nightly.run import score_everybody
from serving.scores.score import Status
from serving.snapshot.reading import Snapshot, open_snapshot
from serving.snapshot.segments import (
    CustomerSegment,
    SegmentReason,
    memberships_of_everybody,
    segments_for,
    shown_shares,
)
from tests.oracles.segments import segments_of_everybody
from tests.pages.customers import page_of
from tests.serving.calling import Service
from tests.serving.company import Company, company_in, put_segments_to_use
from training.families.segments.bundle import current_segments
from training.families.segments.membership import Membership
from training.families.segments.model import NO_SEGMENT
from training.reasons.languages.known import language_of


@pytest.fixture(scope="module")
def answering(
    valued_company: Company, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    service = Service(valued_company, tmp_path_factory.mktemp("ledger"))
    yield service
    service.close()


def asked(service: Service, customer_id: str, *, reasons: bool = True) -> dict[str, object]:
    question = {"rows": [{"customer_id": customer_id}], "reasons": reasons}
    answer = service.caller("score").post("/v1/score", json=question)
    assert answer.status_code == 200, answer.text
    row: dict[str, object] = answer.json()["rows"][0]
    return row


def test_everybodys_segment_is_the_one_they_are_assigned(
    valued: Snapshot, valued_company: Company
) -> None:
    pack = open_store(valued_company.workspace).pack()
    expected = segments_of_everybody(
        current_segments(valued_company.workspace), pack, Cutoff(valued.cutoff_seconds)
    )
    declined = valued.status == Status.NO_CONSENT
    assert (valued.membership.segment[declined] == NO_SEGMENT).all() and declined.any()
    assert valued.membership.segment[~declined].tolist() == expected[~declined].tolist()
    assert valued.manifest["segmented"] == (valued.membership.segment != NO_SEGMENT).sum() > 100


def test_an_answer_says_the_segment_and_why_in_shares_that_add_up(
    answering: Service, valued: Snapshot
) -> None:
    key = int(np.argmax(valued.membership.segment == 9))
    customer = valued.customer_ids[key]
    segment = asked(answering, customer)["segment"]
    assert isinstance(segment, dict)
    assert (segment["id"], segment["name"]) == (9, "Rare, low value")
    assert segment["neighbour_id"] in (4, 2)
    reasons = segment["reasons"]
    assert 1 <= len(reasons) <= 5 and all(one["word"] for one in reasons)
    total = sum(one["share"] for one in reasons) + segment["other_share"]
    assert total == pytest.approx(segment["lead"], abs=1e-6)
    brief = asked(answering, customer, reasons=False)["segment"]
    assert isinstance(brief, dict) and "reasons" not in brief and brief["id"] == 9


def test_habits_are_told_in_german(answering: Service, valued: Snapshot) -> None:
    customer = valued.customer_ids[int(np.argmax(valued.membership.segment == 9))]
    question = {"rows": [{"customer_id": customer}], "language": "de"}
    answer = answering.caller("score").post("/v1/score", json=question)
    words = {one["word"] for one in answer.json()["rows"][0]["segment"]["reasons"]}
    assert words <= set(language_of("de").catalogue.phrases("habit").values())


def test_who_has_no_segment_is_not_given_one(answering: Service, valued: Snapshot) -> None:
    key = int(np.argmax(valued.membership.segment == NO_SEGMENT))
    assert "segment" not in asked(answering, valued.customer_ids[key])
    assert "segment" not in asked(answering, "nobody")


def test_a_page_says_the_segment_and_the_shares_shown_add_up(
    answering: Service, valued: Snapshot
) -> None:
    in_use = answering.models_in_use.in_use
    assert in_use is not None
    for position in range(0, valued.judged, 17):
        page = page_of(in_use, answering.models_in_use.settings, position)
        if page.segment:
            shown = [int(one.share.replace("−", "-").split()[0]) for one in page.habits]
            assert sum(shown[:-1]) == shown[-1]
            assert "is “" in page.segment_why


def test_without_segments_in_use_nothing_is_said(snapshot: Snapshot) -> None:
    assert snapshot.manifest["segments"] is None and snapshot.manifest["segmented"] == 0
    assert snapshot.segment_of(0, "EUR") is None


def test_shares_are_shown_in_whole_percent_that_add_up() -> None:
    def reason(share: float) -> SegmentReason:
        return SegmentReason("f", "g", "for", share, "frequent", "", None, "orders")

    found = CustomerSegment(1, "A", 2, "B", 0.5, (reason(0.334), reason(0.333)), -0.167)
    assert shown_shares(found) == [34, 33, -17, 50]


def test_scores_of_risk_do_not_wait_for_segments_that_cannot_be_used(
    demo_workspace: Company, tmp_path: Path
) -> None:
    folder = tmp_path / "company"
    shutil.copytree(demo_workspace.settings_path.parent, folder)
    company = company_in(folder)
    manifest = put_segments_to_use(company)
    bundle = company.workspace.bundles / "segments" / manifest.digest
    (bundle / "segments.json").write_text("{}", encoding="utf-8")
    assert score_everybody(company.settings, company.workspace).judged > 0
    opened = open_snapshot(company.workspace)
    assert opened.manifest["segments"] is None
    assert opened.manifest["segments_fault"].startswith("found ")


@pytest.mark.parametrize("size", [1, 2, 6, 7, 8])
def test_blocks_of_customers_make_no_difference(
    valued_company: Company, valued: Snapshot, size: int
) -> None:
    pack = open_store(valued_company.workspace).pack()
    in_use = segments_for(valued_company.workspace, pack)
    has_segment = np.flatnonzero(valued.membership.segment != NO_SEGMENT)[::20][:7]
    others = ~np.isin(np.arange(pack.customers), has_segment)
    found = memberships_of_everybody(
        in_use, pack, valued.cutoff_seconds, others, threads=2, at_once=size
    )
    for name in Membership.__dataclass_fields__:
        column = getattr(found, name)
        np.testing.assert_array_equal(
            column[has_segment], getattr(valued.membership, name)[has_segment], name
        )
    assert (found.segment[others] == NO_SEGMENT).all()
    assert len(set(found.lead[has_segment].tolist())) > 1, "no two blocks may look alike"
