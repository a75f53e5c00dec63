"""A backup holds all that cannot be made again; who was erased since comes back in no way."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from features.company.workspace import Workspace
from features.vocabulary.errors import UsageRefused, WorkspaceRefused
from regulars.main import main
from serving.ledger.backups.backup import back_up
from serving.ledger.backups.restoring import restore
from serving.ledger.decisions import Decision
from serving.ledger.ledger import Ledger
from serving.snapshot.reading import Snapshot, open_snapshot
from tests.holding import files_holding
from tests.serving.company import Company

PAGE = Path(__file__).parents[4] / "docs" / "operating.md"
AT = 1_760_000_000


def decided(name: str, customer: str) -> Decision:
    return Decision(name, customer, "ok", 0.5, "1", "m", AT - 1, AT)


def a_ledger(folder: Path) -> Ledger:
    """A workspace with two keys, and decisions about anna and bert, who objects; carl is being erased."""
    ledger = Ledger(folder / "ledger.db")
    ledger.append([decided("d1", "anna"), decided("d2", "bert")])
    ledger.privacy.decide([("bert", True)], at=AT)
    ledger.privacy.erase(["carl"], at=AT)
    ledger.audit.note(at=AT, caller="k", method="POST", route="/v1/score", correlation_id="c")
    return ledger


def test_keys_decisions_and_demands_come_back_as_they_were_while_somebody_writes(
    tmp_path: Path,
) -> None:
    space = Workspace(tmp_path / "space")
    ledger = a_ledger(space.folder)
    key = ledger.create_key("crm", ["score"], at=AT)
    # The ledger is open, and its log is not written back.
    done = back_up(space, tmp_path / "backups" / "monday")
    ledger.append([decided("d3", "dora")])
    ledger.close()
    assert done.files == len(
        [one for one in done.folder.rglob("*") if one.name != "backup.json" and one.is_file()]
    )
    assert {stat.S_IMODE(one.stat().st_mode) for one in done.folder.rglob("*.db")} == {0o600}
    assert stat.S_IMODE(done.folder.stat().st_mode) == 0o700
    (tmp_path / "new").mkdir()
    restore(Workspace(tmp_path / "new"), done.folder, at=AT + 9)
    again = Ledger(tmp_path / "new" / "ledger.db")
    found = again.key_of(key)
    assert found is not None and found.scopes == ("score",)
    assert again.decision("d1") == decided("d1", "anna")
    assert again.decision("d3") is None
    assert again.privacy.withheld.objected == {"bert"}
    assert again.privacy.erased_among(["anna", "bert", "carl"]) == {"carl"}
    count, fault = again.audit.verify()
    assert (count, fault) == (2, "")
    assert again.audit.rows(most=1)[0].route == "regulars restore"
    again.close()


def test_what_was_demanded_and_revoked_since_the_backup_holds_in_what_is_restored(
    tmp_path: Path,
) -> None:
    space = Workspace(tmp_path / "space")
    ledger = a_ledger(space.folder)
    key, revoked = (ledger.create_key(name, ["score"], at=AT) for name in ("crm", "shop"))
    back_up(space, tmp_path / "monday")
    erasure = ledger.privacy.erase(["anna"], at=AT + 1)
    ledger.privacy.decide([("bert", False), ("dora", True)], at=AT + 1)
    ledger.revoke_key(revoked.split("_")[1], at=AT + 1)
    ledger.close()
    new = Workspace(tmp_path / "new")
    done = restore(new, tmp_path / "monday", at=AT + 9, demands=space.folder)
    again = Ledger(new.ledger)
    assert done.erased_again == 1
    assert again.privacy.pending() == 2
    assert again.decision("d1") is None
    assert again.decision("d2") is not None
    assert again.privacy.erased_among(["anna", "carl", "bert"]) == {"anna", "carl"}
    assert again.privacy.withheld.objected == {"dora"}
    assert again.privacy.erasure(erasure.erasure_id) is not None
    assert again.key_of(key) is not None
    assert again.key_of(revoked) is None
    again.privacy.finish(frozenset(), at=AT + 10)
    again.close()
    assert files_holding(new.folder, "anna") == []


def test_accounts_come_back_as_they_are_by_now_and_nobody_is_signed_in(tmp_path: Path) -> None:
    space = Workspace(tmp_path / "space")
    ledger = a_ledger(space.folder)
    made = {
        name: ledger.accounts.create(name, "", "admin", None, at=AT)
        for name in ("gone", "disabled", "demoted")
    }
    session = ledger.sessions.begin(account_id=made["demoted"].account_id, at=AT)
    back_up(space, tmp_path / "monday")
    ledger.accounts.remove("gone")
    ledger.accounts.disable("disabled", at=AT + 1)
    ledger.accounts.set_role("demoted", "adviser")
    ledger.accounts.create("new", "", "auditor", None, at=AT + 1)
    now = ledger.accounts.all()
    ledger.close()
    for name, demands, expected in (
        ("then", None, sorted(made.values(), key=lambda one: one.name)),
        ("since", space.folder, now),
    ):
        restored = Workspace(tmp_path / name)
        restore(restored, tmp_path / "monday", at=AT + 9, demands=demands)
        again = Ledger(restored.ledger)
        assert again.accounts.all() == expected
        assert again.sessions.find(session, at=AT + 9) is None
        again.close()


def test_with_the_names_of_the_erased_alone_whoever_was_erased_stays_so(tmp_path: Path) -> None:
    space = Workspace(tmp_path / "space")
    ledger = a_ledger(space.folder)
    back_up(space, tmp_path / "monday")
    ledger.privacy.erase(["anna"], at=AT + 1)
    ledger.close()
    (tmp_path / "saved").mkdir()
    shutil.copy(space.erased, tmp_path / "saved" / "erased.db")
    new = Workspace(tmp_path / "new")
    assert (
        restore(new, tmp_path / "monday", at=AT + 9, demands=tmp_path / "saved").erased_again == 1
    )
    again = Ledger(new.ledger)
    assert again.decision("d1") is None
    assert again.privacy.withheld.erased == {"anna", "carl"}
    again.close()
    # Those of another workspace mean nobody here.
    Ledger(tmp_path / "other" / "ledger.db").close()
    with pytest.raises(WorkspaceRefused, match="another secret"):
        restore(
            Workspace(tmp_path / "newer"), tmp_path / "monday", at=AT, demands=tmp_path / "other"
        )
    assert not (tmp_path / "newer").exists()


def test_files_come_back_however_deep_in_folders_they_lie_for_their_owner_alone(
    tmp_path: Path,
) -> None:
    space = Workspace(tmp_path / "space")
    a_ledger(space.folder).close()
    deep = [Path("bundles/churn/d1/trees/first.bin"), Path("mlflow/artifacts/1/run/notes.txt")]
    for one in (*deep, Path("bundles/churn/.draft/half.bin")):
        (space.folder / one).parent.mkdir(parents=True)
        (space.folder / one).write_text(one.name, encoding="utf-8")
    done = back_up(space, tmp_path / "monday")
    new = Workspace(tmp_path / "new")
    restore(new, done.folder, at=AT + 9)
    for folder in (done.folder, new.folder):
        for one in deep:
            assert (folder / one).read_text(encoding="utf-8") == one.name
            assert stat.S_IMODE((folder / one).stat().st_mode) == 0o600
        assert not (folder / "bundles/churn/.draft").exists()


def test_nothing_is_written_over_and_a_backup_that_was_changed_is_refused_whole(
    tmp_path: Path,
) -> None:
    space = Workspace(tmp_path / "space")
    a_ledger(space.folder).close()
    monday = tmp_path / "monday"
    back_up(space, monday)
    for refused in (lambda: back_up(space, monday), lambda: restore(space, monday, at=AT)):
        with pytest.raises(UsageRefused, match="to be empty, or not there yet"):
            refused()
    with pytest.raises(WorkspaceRefused, match="keys or models"):
        back_up(Workspace(tmp_path / "nothing"), tmp_path / "empty")
    new = Workspace(tmp_path / "new")
    with pytest.raises(UsageRefused, match="`regulars backup` wrote"):
        restore(new, tmp_path / "space", at=AT)
    sound = (monday / "erased.db").read_bytes()
    for damage in (
        lambda: (monday / "erased.db").write_bytes(sound[:-1] + b"x"),
        lambda: (monday / "erased.db").unlink(),
        lambda: (monday / "extra").write_text("some"),
    ):
        damage()
        with pytest.raises(WorkspaceRefused, match="changed, missing or added"):
            restore(new, monday, at=AT)
        (monday / "erased.db").write_bytes(sound)
    (monday / "extra").unlink()
    said = json.loads((monday / "backup.json").read_text())
    (monday / "backup.json").write_text(json.dumps(said | {"version": 2}))
    with pytest.raises(WorkspaceRefused, match="version 2"):
        restore(new, monday, at=AT)
    assert not new.folder.exists()


def test_a_ledger_of_now_that_cannot_be_read_is_refused_with_what_to_do(tmp_path: Path) -> None:
    space = Workspace(tmp_path / "space")
    a_ledger(space.folder).close()
    back_up(space, tmp_path / "monday")
    space.ledger.write_bytes(b"no ledger at all" * 400)
    with pytest.raises(WorkspaceRefused, match=r"ledger\.db in the folder of --demands"):
        restore(Workspace(tmp_path / "new"), tmp_path / "monday", at=AT, demands=space.folder)
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def steps_of_the_page() -> list[list[str]]:
    """The commands of the section, block by block, as they stand there."""
    section = PAGE.read_text(encoding="utf-8").split("## Backup and restore")[1].split("\n## ")[0]
    return [block.strip().splitlines() for block in re.findall(r"```sh\n(.*?)```", section, re.S)]


def run_steps(steps: list[str], folder: Path, backups: Path) -> None:
    for step in steps:
        words = step.replace("/backups", str(backups)).split()
        if words[0] == "mv":
            (folder / words[1]).rename(folder / words[2])
            continue
        given = [str(folder / one) if one.startswith(".workspace") else one for one in words[1:]]
        result = CliRunner().invoke(main, [*given, "--settings", str(folder / "regulars.toml")])
        assert result.exit_code == 0, (step, result.output, result.exception)


def shown(snapshot: Snapshot) -> dict[str, tuple[float, ...]]:
    """Everybody's risk and contributions by customer, read column by column."""
    ranking = snapshot.ranking
    return {
        str(snapshot.customer_ids[int(key)]): (
            float(ranking.probability[place]),
            *map(float, np.ravel(ranking.points[place])),
        )
        for place, key in enumerate(ranking.customer_keys)
    }


@pytest.mark.slow
def test_the_steps_of_the_page_bring_a_company_back_without_whoever_was_erased_since(
    demo_workspace: Company, tmp_path: Path
) -> None:
    folder, backups = tmp_path / "company", tmp_path / "backups"
    shutil.copytree(demo_workspace.settings_path.parent, folder)
    workspace = Workspace(folder / ".workspace")
    before = shown(open_snapshot(workspace))
    gone, stays = sorted(before)[:2]
    ledger = Ledger(workspace.ledger)
    key = ledger.create_key("crm", ["score"], at=AT)
    ledger.append([decided("d1", gone), decided("d2", stays)])
    taking, putting = steps_of_the_page()
    run_steps(taking, folder, backups)
    ledger.privacy.erase([gone], at=AT + 1)
    ledger.close()
    run_steps(putting, folder, backups)
    after = shown(open_snapshot(workspace))
    assert after == {one: row for one, row in before.items() if one != gone}
    again = Ledger(workspace.ledger)
    assert again.key_of(key) is not None
    assert (again.decision("d1"), again.decision("d2")) == (None, decided("d2", stays))
    assert again.privacy.pending() == 0
    again.close()
    assert files_holding(workspace.folder, gone) == []
    with closing(
        sqlite3.connect(workspace.folder.with_name(".workspace.lost") / "ledger.db")
    ) as lost:
        assert lost.execute("SELECT count(*) FROM keys").fetchone() == (1,)
