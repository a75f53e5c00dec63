"""A list that comes back is understood as people fill it in, whole or not at all, and twice as once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from features.vocabulary.errors import DataRefused
from features.vocabulary.time import Cutoff
from serving.campaigns.freezing import CampaignTerms, start
from serving.campaigns.plannable import PlanLimits
from serving.campaigns.planning import planned
from serving.campaigns.returned_list import ReportedOutcomes, report_outcomes
from serving.ledger.campaigns import CampaignMember, ContactOutcome
from serving.ledger.ledger import ledger_of
from serving.snapshot.reading import open_snapshot
from tests.serving.company import Company


@pytest.fixture
def members(company: Company, terms: CampaignTerms) -> list[CampaignMember]:
    """The customers of a campaign with a fifth held out."""
    snapshot = open_snapshot(company.workspace)
    with ledger_of(company.workspace) as ledger:
        plan = planned(snapshot, PlanLimits(hold_out_percent=20))
        found = start(ledger, snapshot, plan, terms, without_measurement=True, at=1_000)
        return ledger.campaigns.members(found.campaign.campaign_id)


def reported(company: Company, file: Path) -> ReportedOutcomes:
    return report_outcomes(company.workspace, "spring", file, at=5_000)


def kept(company: Company) -> list[ContactOutcome]:
    with ledger_of(company.workspace) as ledger:
        return ledger.campaigns.outcomes(ledger.campaigns.named("spring").campaign_id)


def returned(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return path


def contacted(members: list[CampaignMember]) -> list[CampaignMember]:
    return [one for one in members if not one.is_held_out]


def test_a_german_spreadsheet_is_read_with_its_marks_words_and_days(
    company: Company, members: list[CampaignMember], terms: CampaignTerms, tmp_path: Path
) -> None:
    one, two, three, *_ = contacted(members)
    file = returned(
        tmp_path / "list.csv",
        "decision_id;customer_id;net_gain;outcome;outcome_on",
        f"{one.decision_id};{one.customer_id};1,5;erreicht;13.05.2026",
        f"{two.decision_id};{two.customer_id};2,5;Kein Interesse;",
        f"{three.decision_id};{three.customer_id};2,5;;",
    )
    found = reported(company, file)
    assert found == ReportedOutcomes(2, 0, 1, 0, 0, {"not_interested": 1, "reached": 1})
    by_customer = {one.customer_id: one for one in kept(company)}
    assert by_customer[one.customer_id].happened_at == Cutoff.at(date(2026, 5, 13)).seconds
    assert by_customer[two.customer_id].happened_at == terms.starts.seconds
    assert reported(company, file) == ReportedOutcomes(0, 2, 1, 0, 0, found.by_outcome)


def test_a_workbook_without_decisions_is_known_by_its_customers(
    company: Company, members: list[CampaignMember], tmp_path: Path
) -> None:
    one = contacted(members)[0]
    book = openpyxl.Workbook()
    book.active.append(["customer_id", "outcome", "outcome_on"])
    book.active.append([one.customer_id, "Call back", date(2026, 5, 14)])
    book.save(tmp_path / "list.xlsx")
    assert reported(company, tmp_path / "list.xlsx").by_outcome == {"call_back": 1}
    assert kept(company)[0].happened_at == Cutoff.parse("2026-05-14").seconds


def test_whoever_asks_not_to_be_contacted_is_withheld_at_once(
    company: Company, members: list[CampaignMember], tmp_path: Path
) -> None:
    one = contacted(members)[0]
    file = returned(
        tmp_path / "list.csv", "customer_id,outcome", f"{one.customer_id},do not contact"
    )
    assert reported(company, file).objections == 1
    with ledger_of(company.workspace) as ledger:
        assert ledger.privacy.withheld.objected == {one.customer_id}
    assert reported(company, file).objections == 0


def test_held_out_customers_who_were_spoken_to_are_counted(
    company: Company, members: list[CampaignMember], tmp_path: Path
) -> None:
    held = [one for one in members if one.is_held_out][:2]
    file = returned(
        tmp_path / "list.csv",
        "customer_id,outcome",
        f"{held[0].customer_id},accepted",
        f"{held[1].customer_id},no answer",
    )
    assert reported(company, file).held_out == 1


def test_who_was_erased_meanwhile_is_passed_over_and_the_others_count(
    company: Company, members: list[CampaignMember], tmp_path: Path
) -> None:
    one, two, *_ = contacted(members)
    with ledger_of(company.workspace) as ledger:
        ledger.privacy.erase([one.customer_id], at=4_000)
    file = returned(
        tmp_path / "list.csv",
        "decision_id,customer_id,outcome",
        f"{one.decision_id},{one.customer_id},reached",
        f"{two.decision_id},{two.customer_id},reached",
    )
    assert reported(company, file).new == 1
    assert [row.customer_id for row in kept(company)] == [two.customer_id]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["customer_id,outcome", "{one},reached", "stranger,reached"], "found 1 rows of others. Rows: 2"),
        (["customer_id,outcome", "{one},reached", "{two},perhaps"], "found 1 rows with something else. Rows: 2"),
        (["customer_id,result", "{one},reached"], "the columns decision_id or customer_id, and outcome"),
        (["name,outcome", "{one},reached"], "the columns decision_id or customer_id, and outcome"),
        (["customer_id,outcome,outcome_on", "{one},reached,soon"], "days in outcome_on"),
    ],
)  # fmt: skip
def test_of_a_list_with_a_fault_nothing_is_kept_and_the_rows_are_named(
    company: Company, members: list[CampaignMember], tmp_path: Path, lines: list[str], said: str
) -> None:
    one, two, *_ = (member.customer_id for member in contacted(members))
    file = returned(tmp_path / "list.csv", *(line.format(one=one, two=two) for line in lines))
    with pytest.raises(DataRefused) as refused:
        reported(company, file)
    assert said in str(refused.value) and "perhaps" not in str(refused.value)
    assert kept(company) == []


def test_a_file_that_is_not_there_is_refused(
    company: Company, members: list[CampaignMember], tmp_path: Path
) -> None:
    with pytest.raises(DataRefused):
        reported(company, tmp_path / "none.csv")
