"""What the latest monitoring found, on a page of its own and in a line of the list that leads there."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from features.company.settings.company import LanguageCode
from features.company.workspace import write_whole
from tests.serving.calling import NOW, Service
from tests.serving.company import Company, company_in

STOPPED = {
    "kind": "stopped",
    "about": 'contacts.channel "email"',
    "since": "2026-06-12",
    "figures": {"now": 0.0, "before": 132.0},
}
LOOK: dict[str, Any] = {
    "end": "2026-06-19",
    "alarms": [STOPPED],
    "cannot_estimate": "100 were expected to leave and 300 did",
}


Seen = Callable[..., Service]


@pytest.fixture
def seen(demo_workspace: Company, tmp_path: Path) -> Iterator[Seen]:
    """The service of a company whose latest look, two days ago, found this; each is closed at the end."""
    folder, opened = tmp_path / "own", list[Service]()
    shutil.copytree(demo_workspace.settings_path.parent, folder)
    company = company_in(folder)

    def of(look: dict[str, Any] | None, language: LanguageCode = "en") -> Service:
        path = company.workspace.monitoring / "latest.json"
        if look is not None:
            path.parent.mkdir(exist_ok=True)
            write_whole(path, json.dumps(look))
            os.utime(path, (NOW - 2 * 86_400, NOW - 2 * 86_400))
        settings = company.settings
        spoken = replace(settings, company=replace(settings.company, language=language))
        ledger = tmp_path / f"ledger{len(opened)}"
        ledger.mkdir()
        opened.append(Service(replace(company, settings=spoken), ledger))
        return opened[-1]

    yield of
    for one in opened:
        one.close()


def read(service: Service, address: str) -> BeautifulSoup:
    answer = service.browser().get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def words(page: BeautifulSoup) -> str:
    return " ".join(page.get_text(" ").split())


def test_an_alarm_says_what_was_found_since_when_and_what_to_do(seen: Seen) -> None:
    page = read(seen(LOOK), "/monitoring")
    [row] = page.select("table.findings tbody tr")
    what, since, to_do = (one.get_text() for one in row.select("th, td"))
    assert what == (
        'contacts.channel "email" stopped: no row in the last seven days, before 132 a week.'
    )
    assert since == "12 Jun 2026"
    assert "regulars ingest" in to_do
    assert "1 thing to look at in the week before 19 Jun 2026." in words(page)
    assert "Looked at 2 days ago." in words(page)
    assert "cannot be estimated" in words(page) and page.find("script") is None


def test_the_list_says_it_in_a_line_that_leads_there(seen: Seen) -> None:
    service = seen(LOOK)
    [link] = read(service, "/churn").select('a[href="/monitoring"]')
    assert link.get_text().startswith("1 thing to look at in the week before")
    quiet = seen({**LOOK, "alarms": []})
    [link] = read(quiet, "/churn").select('a[href="/monitoring"]')
    assert link.get_text().startswith("Nothing is out of the ordinary")


def test_without_a_look_the_list_says_nothing_and_the_page_how_to_look(seen: Seen) -> None:
    service = seen(None)
    assert read(service, "/churn").select('a[href="/monitoring"]') == []
    assert "Nobody has looked yet." in words(read(service, "/monitoring"))


def test_it_is_told_in_german_where_the_company_speaks_it(seen: Seen) -> None:
    service = seen(LOOK, "de")
    told = words(read(service, "/monitoring"))
    assert "1 Auffälligkeit in der Woche vor dem 19.6.2026." in told
    assert "ist versiegt: keine Zeile in den letzten sieben Tagen, zuvor 132 pro Woche." in told
    assert "12.6.2026" in told and "Angesehen vor 2 Tagen." in told
    [link] = read(service, "/churn").select('a[href="/monitoring"]')
    assert link.get_text() == "1 Auffälligkeit in der Woche vor dem 19.6.2026"


def test_that_no_season_is_known_yet_is_said(seen: Seen) -> None:
    assert "No season is known yet" in words(
        read(seen({**LOOK, "knows_season": False}), "/monitoring")
    )
    known = words(read(seen({**LOOK, "knows_season": True}), "/monitoring"))
    assert "No season" not in known


def test_the_page_is_for_those_who_are_signed_in(seen: Seen) -> None:
    service = seen(LOOK)
    assert service.caller("score").get("/monitoring").status_code == 403
