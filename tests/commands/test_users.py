"""Accounts by the command line: a password never comes as an argument, and every change is on record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from regulars.main import main
from serving.ledger.accounts.signing_in import SignInOrigin
from serving.ledger.ledger import Ledger, ledger_of

PASSWORD = "correct horse battery"


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "regulars.toml"
    path.write_text("", encoding="utf-8")
    return path


def call(settings: Path, *words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(
        main, ["users", *words, "--settings", str(settings), "--json"], input=given
    )


def done(settings: Path, *words: str, given: str | None = None) -> dict[str, Any]:
    result = call(settings, *words, given=given)
    assert result.exit_code == 0, result.output
    said: dict[str, Any] = json.loads(result.output)
    return said


def refusal(settings: Path, *words: str, given: str | None = None) -> str:
    result = call(settings, *words, given=given)
    assert result.exit_code == 2, result.output
    return str(json.loads(result.output)["refused"])


def signs_in(settings: Path, name: str, password: str) -> bool:
    with ledger_of(workspace(settings)) as ledger:
        found = ledger.signing_in.account_of(name, password, SignInOrigin("test"), at=1)
    return found is not None


def workspace(settings: Path) -> Workspace:
    return Workspace(load_settings(settings).workspace_folder)


def an_account(settings: Path, name: str = "anna") -> None:
    done(settings, "create", name, "--role", "adviser", "--without-password")


def test_an_account_is_made_with_a_password_from_standard_input_or_a_file(
    settings: Path, tmp_path: Path
) -> None:
    words = ("--role", "privacy officer", "--display-name", "Anna Berg", "--password-file")
    made = done(settings, "create", "Anna", *words, "-", given=f"{PASSWORD}\n")
    file = tmp_path / "secret"
    file.write_text(f"{PASSWORD} too\nnot this line\n", encoding="utf-8")
    done(settings, "create", "bert", "--role", "admin", "--password-file", str(file))
    assert PASSWORD not in json.dumps(made)
    assert signs_in(settings, "anna", PASSWORD) and signs_in(settings, "bert", f"{PASSWORD} too")
    listed = [
        {name: one[name] for name in ("name", "display_name", "role", "signs_in_by", "state")}
        for one in done(settings, "list")["accounts"]
    ]
    assert listed == [
        {"name": "anna", "display_name": "Anna Berg", "role": "privacy officer", "signs_in_by": "password", "state": "enabled"},
        {"name": "bert", "display_name": "bert", "role": "admin", "signs_in_by": "password", "state": "enabled"},
    ]  # fmt: skip


def test_without_a_terminal_nobody_is_asked_for_a_password(settings: Path) -> None:
    said = refusal(settings, "create", "anna", "--role", "admin", given=f"{PASSWORD}\n")
    assert "--password-file -" in said
    assert done(settings, "list")["accounts"] == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("anna", "--role", "boss", "--without-password"), "a role among marketer"),
        (("a b", "--role", "admin", "--without-password"), "a name of 1 to 64"),
        (("anna", "--role", "admin", "--password-file", "-"), "5 characters"),
        (("anna", "--role", "admin", "--password-file", "-", "--without-password"), "a password or none"),
    ],
)  # fmt: skip
def test_what_cannot_be_an_account_is_refused_and_none_is_made(
    settings: Path, words: tuple[str, ...], found: str
) -> None:
    assert found in refusal(settings, "create", *words, given="short\n")
    assert done(settings, "list")["accounts"] == []


def test_another_password_counts_from_now_on_alone(settings: Path) -> None:
    an_account(settings)
    done(settings, "set-password", "anna", "--password-file", "-", given=f"{PASSWORD}\n")
    done(settings, "set-password", "anna", "--password-file", "-", given=f"{PASSWORD} new\n")
    assert not signs_in(settings, "anna", PASSWORD)
    assert signs_in(settings, "anna", f"{PASSWORD} new")


def test_a_role_a_disabling_and_a_removal_stand_in_the_list(settings: Path) -> None:
    an_account(settings)
    assert done(settings, "set-role", "anna", "auditor")["role"] == "auditor"
    done(settings, "disable", "anna")
    [listed] = done(settings, "list")["accounts"]
    assert (listed["role"], listed["state"]) == ("auditor", "disabled")
    assert "disabled" in refusal(settings, "link", "anna")
    done(settings, "enable", "anna")
    assert done(settings, "list")["accounts"][0]["state"] == "enabled"
    assert done(settings, "remove", "anna")["account"] == listed["account"]
    assert done(settings, "list")["accounts"] == []
    for verb in ("disable", "enable", "remove", "sessions", "sign-out", "link"):
        assert "no accounts yet" in refusal(settings, verb, "anna")


def test_a_link_signs_somebody_in_and_signing_out_ends_that(settings: Path) -> None:
    an_account(settings)
    link = done(settings, "link", "anna")["link"]
    assert link.startswith("http://127.0.0.1:3000/sign-in?ticket=")
    begin_by(link, settings)
    begin_by(done(settings, "link", "anna")["link"], settings)
    listed = done(settings, "sessions", "anna")["sessions"]
    assert [one["browser"] for one in listed] == ["Firefox, Linux"] * 2
    assert done(settings, "sign-out", "anna", "--session", listed[0]["session"])["ended"] == 1
    assert "regulars users sessions anna" in refusal(
        settings, "sign-out", "anna", "--session", listed[0]["session"]
    )
    assert done(settings, "sign-out", "anna")["ended"] == 1
    assert done(settings, "sessions", "anna")["sessions"] == []


def begin_by(link: str, settings: Path) -> None:
    from regulars.call import now_seconds

    ticket = link.partition("ticket=")[2]
    with ledger_of(workspace(settings)) as ledger:
        at = now_seconds()
        assert ledger.sessions.redeem_ticket(ticket, at=at, browser="Firefox, Linux") is not None


def test_every_change_is_on_record_before_it_is_done(settings: Path) -> None:
    an_account(settings)
    refusal(settings, "set-role", "anna", "boss")
    ledger = Ledger(workspace(settings).ledger)
    rows = [(one.caller, one.route) for one in ledger.audit.rows(most=9)]
    ledger.close()
    assert rows == [
        ("command line", "regulars users set-role"),
        ("command line", "regulars users create"),
    ]


def test_the_record_of_calls_shows_the_name_of_whoever_has_an_account(settings: Path) -> None:
    an_account(settings)
    [account] = done(settings, "list")["accounts"]
    with ledger_of(workspace(settings)) as ledger:
        ledger.audit.note(
            at=1, caller=account["account"], method="GET", route="/churn", correlation_id="c"
        )
    words = ["audit", "list", "--latest", "1", "--settings", str(settings), "--json"]
    for name in ("anna", ""):
        [call_] = json.loads(CliRunner().invoke(main, words).output)["calls"]
        assert (call_["key"], call_["name"]) == (account["account"], name)
        if name:
            with ledger_of(workspace(settings)) as ledger:
                ledger.accounts.remove("anna")
