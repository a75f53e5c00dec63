"""The list people work has whom to contact and why, and nobody who must not be contacted."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from features.vocabulary.errors import UsageRefused
from serving.campaigns.contact_list import COLUMNS, WrittenList, write_contact_list
from serving.campaigns.freezing import CampaignTerms, start
from serving.campaigns.plannable import PlanLimits
from serving.campaigns.planning import planned
from serving.ledger.campaigns import CampaignMember
from serving.ledger.ledger import ledger_of
from serving.snapshot.reading import open_snapshot
from tests.serving.company import Company
from training.reasons.languages.known import ENGLISH, LANGUAGES


@pytest.fixture
def members(company: Company, terms: CampaignTerms) -> list[CampaignMember]:
    """The customers of a campaign with a fifth held out."""
    snapshot = open_snapshot(company.workspace)
    with ledger_of(company.workspace) as ledger:
        plan = planned(snapshot, PlanLimits(hold_out_percent=20))
        found = start(ledger, snapshot, plan, terms, without_measurement=True, at=1_000)
        return ledger.campaigns.members(found.campaign.campaign_id)


def written(company: Company, file: Path, code: str = "en") -> WrittenList:
    return write_contact_list(
        company.workspace, "spring", file, language=LANGUAGES[code], currency="EUR"
    )


def rows(file: Path, delimiter: str = ",") -> list[dict[str, str]]:
    text = file.read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def test_whoever_is_contacted_is_on_the_list_with_reasons_and_nobody_who_is_held_out(
    company: Company, members: list[CampaignMember], tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    found = written(company, file)
    contacted = [one for one in members if not one.is_held_out]
    assert [row["customer_id"] for row in rows(file)] == [one.customer_id for one in contacted]
    assert found == (len(contacted), 0, str(file))
    first, member = rows(file)[0], contacted[0]
    assert tuple(first) == tuple(COLUMNS)
    assert first["decision_id"] == member.decision_id
    assert first["risk_percent"] == f"{100 * member.risk:.1f}"
    assert first["net_gain"] == f"{member.net_gain_cents / 100:.2f}"
    assert first["reason_1"] and first["outcome"] == first["outcome_on"] == ""
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_german_list_has_semicolons_decimal_commas_and_german_words(
    company: Company, members: list[CampaignMember], tmp_path: Path
) -> None:
    file = tmp_path / "liste.csv"
    written(company, file, "de")
    [first, *_] = rows(file, ";")
    member = next(one for one in members if not one.is_held_out)
    assert first["risk_percent"] == f"{100 * member.risk:.1f}".replace(".", ",")
    assert first["action"] in ("Anruf", "Brief", "E-Mail")


def test_a_workbook_has_the_same_customers_with_numbers_that_are_numbers(
    company: Company, members: list[CampaignMember], tmp_path: Path
) -> None:
    file = tmp_path / "list.xlsx"
    written(company, file)
    sheet = openpyxl.load_workbook(file).active
    heading, *lines = sheet.iter_rows(values_only=True)
    assert tuple(heading) == tuple(COLUMNS)
    place = list(COLUMNS).index("net_gain")
    contacted = [one for one in members if not one.is_held_out]
    assert [line[1] for line in lines] == [one.customer_id for one in contacted]
    assert [line[place] for line in lines] == [one.net_gain_cents / 100 for one in contacted]


def test_who_objects_or_is_erased_after_the_start_is_on_no_later_list(
    company: Company, members: list[CampaignMember], tmp_path: Path
) -> None:
    objecting, erased, *others = [one.customer_id for one in members if not one.is_held_out]
    with ledger_of(company.workspace) as ledger:
        ledger.privacy.decide([(objecting, True)], at=2_000)
        ledger.privacy.erase([erased], at=2_000)
    file = tmp_path / "list.csv"
    assert written(company, file).withheld == 1
    assert [row["customer_id"] for row in rows(file)] == others


def test_no_other_kind_of_file_is_written_and_no_unknown_campaign(
    company: Company, members: list[CampaignMember], tmp_path: Path
) -> None:
    with pytest.raises(UsageRefused, match=r"csv or \.xlsx"):
        written(company, tmp_path / "list.parquet")
    with pytest.raises(UsageRefused, match="spring"):
        write_contact_list(
            company.workspace, "sprung", tmp_path / "list.csv", language=ENGLISH, currency="EUR"
        )
    assert sorted(tmp_path.iterdir()) == [tmp_path / "company"]
