"""What an operator does with a workspace's ledger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from features.company.workspace import Workspace
from features.vocabulary.errors import UsageRefused, WorkspaceRefused
from serving.ledger.administration import (
    adopt_first_key,
    audited,
    create_key,
    create_ticket,
    find_decision,
    list_keys,
    made_without_withheld,
    record_command,
    revoke_key,
    verify_audit,
    withheld_in,
)
from serving.ledger.decisions import Decision
from serving.ledger.ledger import ledger_of
from serving.ledger.privacy import Withheld


def test_keys_are_managed_in_a_workspace(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    key = create_key(workspace, "crm", ["score"], at=1)
    record = list_keys(workspace)[0]
    assert key.startswith(f"rgl_{record.key_id}_")
    revoke_key(workspace, record.key_id, at=2)
    assert list_keys(workspace)[0].revoked_at == 2
    assert create_ticket(workspace, at=3) != create_ticket(workspace, at=3)


def adopted(folder: Path, content: str) -> Workspace:
    """A workspace whose operator keeps these words in a file."""
    workspace, file = Workspace(folder / "ws"), folder / "first-key"
    file.write_text(content, encoding="utf-8")
    adopt_first_key(workspace, {"REGULARS_FIRST_KEY_FILE": str(file)}, at=7)
    return workspace


def test_the_first_key_of_an_operator_may_do_everything_but_open_pages(tmp_path: Path) -> None:
    key = f"rgl_first_{'s' * 43}"
    workspace = adopted(tmp_path, f" {key}\n")
    (record,) = list_keys(workspace)
    assert (record.key_id, record.created_at, record.revoked_at) == ("first", 7, None)
    assert set(record.scopes) == {"score", "events", "privacy", "admin"}
    with ledger_of(workspace) as ledger:
        assert ledger.key_of(key) == record and ledger.key_of(key + "s") is None
        assert ledger.sign_in(key, at=8) is None


@pytest.mark.parametrize(
    "content",
    ["", f"rgl_first_{'s' * 42}", f"xyz_first_{'s' * 43}", f"rgl__{'s' * 43}", "s" * 60, "rgl_first"],
)  # fmt: skip
def test_a_first_key_that_can_be_guessed_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(UsageRefused, match="43"):
        adopted(tmp_path, content)


def test_a_first_key_is_taken_where_there_is_none_yet(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "ws")
    adopt_first_key(workspace, {}, at=1)
    assert list_keys(workspace) == []
    create_key(workspace, "crm", ["score"], at=1)
    adopted(tmp_path, f"rgl_first_{'s' * 43}")
    assert [one.name for one in list_keys(workspace)] == ["crm"]


def test_a_revoked_first_key_does_not_come_back_with_a_restart(tmp_path: Path) -> None:
    key = f"rgl_first_{'s' * 43}"
    revoke_key(adopted(tmp_path, key), "first", at=8)
    workspace = adopted(tmp_path, key)
    with ledger_of(workspace) as ledger:
        assert ledger.key_of(key) is None


def test_a_decision_is_found_by_its_id_and_another_refused(tmp_path: Path) -> None:
    workspace, decision = Workspace(tmp_path), Decision("d1", "anna", "ok", 0.5, "1", "m", 1, 2)
    with ledger_of(workspace) as ledger:
        ledger.append([decision])
    assert find_decision(workspace, "d1") == decision
    with pytest.raises(UsageRefused, match=r"d2.*Decisions older than retention\.decisions_days"):
        find_decision(workspace, "d2")


def test_the_latest_calls_are_told_and_proven(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with ledger_of(workspace) as ledger:
        for at in (5, 6, 7):
            ledger.audit.note(at=at, caller="k", method="GET", route="/churn", correlation_id="c")
    told = [(one.number, one.at) for one in audited(workspace, most=2)]
    assert told == [(3, 7), (2, 6)]
    assert verify_audit(workspace) == (3, "")


def test_the_calls_about_one_customer_are_told_whatever_blanks_stand_around_their_number(
    tmp_path: Path,
) -> None:
    workspace = Workspace(tmp_path)
    with ledger_of(workspace) as ledger:
        for at, customer in ((5, "anna"), (6, "bert"), (7, "anna")):
            about = ledger.unreadable([customer])
            ledger.audit.note(
                at=at, caller="k", method="GET", route="/", correlation_id="c", about=about
            )
    assert [one.at for one in audited(workspace, most=9, about=" anna ")] == [7, 5]
    assert [one.at for one in audited(workspace, most=1, about="anna")] == [7]
    assert audited(workspace, most=9, about="carl") == []


def test_what_is_done_at_the_machine_itself_is_on_record_with_the_calls(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with ledger_of(workspace) as ledger:
        ledger.audit.note(at=5, caller="k", method="GET", route="/churn", correlation_id="c")
    record_command(workspace, "regulars export", at=6)
    (act,) = audited(workspace, most=1)
    assert (act.number, act.at, act.caller) == (2, 6, "command line")
    assert (act.method, act.route, len(act.correlation_id)) == ("RUN", "regulars export", 16)
    assert verify_audit(workspace) == (2, "")


def test_who_is_withheld_is_told_apart(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert not withheld_in(workspace)
    with ledger_of(workspace) as ledger:
        ledger.privacy.decide([("anna", True)], at=1)
        ledger.privacy.erase(["bert"], at=1)
    found = withheld_in(workspace)
    assert found.objected == {"anna"} and found.erased == {"bert"} and found
    with ledger_of(workspace) as ledger:
        ledger.privacy.decide([("Dora", True)], at=2)
    assert withheld_in(workspace).objected == {"anna", "Dora"}
    assert withheld_in(workspace, ignore_case=True).objected == {"anna", "Dora", "dora"}


def test_a_file_is_made_anew_until_nobody_made_a_demand_meanwhile(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "ws")
    demands = iter(["anna", "bert", None])
    seen: list[Withheld] = []

    def make(withheld: Withheld, check: Callable[[], None]) -> str:
        seen.append(withheld)
        with ledger_of(workspace) as ledger:
            if (one := next(demands)) is not None:
                ledger.privacy.decide([(one, True)], at=1)
            else:
                # Who takes an objection back or is there no more keeps nobody waiting.
                ledger.privacy.decide([("anna", False), ("anna", True)], at=1)
        check()
        return "made"

    assert made_without_withheld(workspace, make) == "made"
    said = [sorted(one.objected) for one in seen]
    assert said == [[], ["anna"], ["anna", "bert"]]


def test_where_demands_do_not_cease_no_file_is_made(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "ws")

    def make(withheld: Withheld, check: Callable[[], None]) -> str:
        with ledger_of(workspace) as ledger:
            ledger.privacy.erase([f"c{len(withheld.erased)}"], at=1)
        check()
        return "made"

    with pytest.raises(WorkspaceRefused, match="meanwhile"):
        made_without_withheld(workspace, make)
