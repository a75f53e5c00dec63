"""A night does what the single verbs do, once, whole, and says where it stopped."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from features.store.store import open_store
from regulars.main import main
from regulars.night_steps import STEPS
from serving.ledger.ledger import ledger_of
from serving.snapshot.reading import open_snapshot
from tests.serving.company import Company, company_in

PROJECT = Path(__file__).resolve().parents[2]
ASKED = """
[nightly]
items_a_list = 3
lists = { "night/lists.csv" = "basket" }
exports = { "night/risks.csv" = "csv", "night/contacts.jsonl" = "salesforce" }
"""
FILES = ("lists.csv", "risks.csv", "contacts.jsonl")

# Dies by SIGKILL before the n-th step begins, or before the n-th time something reaches the disk.
KILLED = """
    import os, signal, sys
    from dataclasses import replace
    from pathlib import Path

    settings, step, writes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

    def die(*given, **named):
        os.kill(os.getpid(), signal.SIGKILL)

    left = [writes]

    def counted(function):
        def before(*given, **named):
            left[0] -= 1
            if left[0] == 0:
                die()
            return function(*given, **named)
        return before

    import numpy as np
    from regulars import nightly
    from regulars.main import main

    if step >= 0:
        steps = nightly.STEPS
        nightly.STEPS = (*steps[:step], replace(steps[step], run=die), *steps[step + 1:])
    np.save, np.savez = counted(np.save), counted(np.savez)
    os.fsync = counted(os.fsync)
    Path.replace, Path.rename = counted(Path.replace), counted(Path.rename)
    try:
        main(["nightly", "--settings", settings, "--json"])
    finally:
        print("written", writes - left[0])
"""


def night(company: Company, *words: str) -> Result:
    path = str(company.settings_path)
    return CliRunner().invoke(main, ["nightly", "--settings", path, *words])


def steps_of(result: Result) -> dict[str, str]:
    """What became of each step the settings ask for, by its name."""
    answer: dict[str, Any] = json.loads(result.output.splitlines()[-1])
    assert [one["step"] for one in answer["steps"]] == [one.name for one in STEPS]
    return {one["step"]: one["state"] for one in answer["steps"] if one["state"] != "off"}


def killed(
    company: Company, *, step: int = -1, writes: int = 1_000_000
) -> subprocess.CompletedProcess[str]:
    script, path = textwrap.dedent(KILLED), str(company.settings_path)
    return subprocess.run(
        [sys.executable, "-c", script, path, str(step), str(writes)],
        capture_output=True,
        text=True,
        cwd=PROJECT,
    )


def a_day_later(company: Company) -> None:
    """Let the customer who bought last buy the same once more, on the day after."""
    path = company.settings_path.parent / "purchases.parquet"
    table = pq.read_table(path)
    last = table.sort_by("ordered_at").slice(table.num_rows - 1)
    again = last.to_pylist()[0]
    again |= {"order_id": "another", "ordered_at": again["ordered_at"] + timedelta(days=1)}
    pq.write_table(pa.concat_tables([table, pa.Table.from_pylist([again], table.schema)]), path)


def left(company: Company) -> dict[str, str]:
    """What a night has left: everybody's scores and every file for other programs, by their hashes."""
    scores = company.workspace.scores.current
    assert scores is not None
    files = [*scores.rglob("*"), *(company.settings_path.parent / "night").iterdir()]
    return {
        one.name: hashlib.sha256(one.read_bytes()).hexdigest()
        for one in sorted(files)
        if one.is_file()
    }


@pytest.fixture(scope="module")
def done(
    recommending_company: Company, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Company]:
    """A company after its first night, which nobody changes."""
    folder = tmp_path_factory.mktemp("night") / "own"
    shutil.copytree(recommending_company.settings_path.parent, folder)
    settings = folder / "regulars.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + ASKED, encoding="utf-8")
    company = company_in(folder)
    first = night(company, "--json")
    assert first.exit_code == 0, first.output
    yield company


@pytest.fixture
def own(done: Company, tmp_path: Path) -> Company:
    """A copy of that company."""
    return company_in(Path(shutil.copytree(done.settings_path.parent, tmp_path / "own")))


@pytest.fixture
def settled(own: Company) -> Company:
    """The same after a night where it lies now: to a store, copied files are other files."""
    assert night(own).exit_code == 0
    return own


def named_in(text: str, company: Company) -> list[str]:
    """The customers whose number stands in a text."""
    return [one for one in open_store(company.workspace).pack().customer_ids if one in text]


def test_a_night_publishes_scores_and_leaves_the_files_that_are_asked_for(done: Company) -> None:
    folder = done.settings_path.parent / "night"
    assert {one.name for one in folder.iterdir()} == set(FILES)
    judged = open_snapshot(done.workspace).judged
    risks = (folder / "risks.csv").read_text(encoding="utf-8").splitlines()
    assert len(risks) == judged + 1
    lists = (folder / "lists.csv").read_text(encoding="utf-8").splitlines()
    assert len(lists) > open_store(done.workspace).pack().customers
    assert all(oct(one.stat().st_mode & 0o777) == "0o600" for one in folder.iterdir())


def test_a_second_night_on_the_same_tables_does_nothing_again(settled: Company) -> None:
    before = left(settled)
    files = settled.settings_path.parent / "night"
    moments = {name: (files / name).stat().st_mtime_ns for name in FILES}
    again = night(settled, "--json")
    assert set(steps_of(again).values()) == {"unchanged"}
    assert left(settled) == before
    assert {name: (files / name).stat().st_mtime_ns for name in FILES} == moments


def test_a_changed_table_goes_through_to_every_file(own: Company) -> None:
    before = left(own)
    a_day_later(own)
    states = steps_of(night(own, "--json"))
    assert states.pop("forget") == "unchanged"
    assert set(states.values()) == {"done"}
    after = left(own)
    assert all(after[name] != before[name] for name in ("risks.csv", "contacts.jsonl"))


def test_a_file_that_somebody_wrote_to_is_made_anew_and_no_other(settled: Company) -> None:
    before = left(settled)
    with (settled.settings_path.parent / "night" / "risks.csv").open("a", encoding="utf-8") as file:
        file.write("one more line\n")
    states = steps_of(night(settled, "--json"))
    assert states.pop("export") == "done"
    assert set(states.values()) == {"unchanged"}
    assert left(settled) == before


def test_a_file_is_made_anew_without_whoever_has_objected_since(own: Company) -> None:
    risks = own.settings_path.parent / "night" / "risks.csv"
    snapshot = open_snapshot(own.workspace)
    customer = snapshot.customer_ids[int(snapshot.ranking.customer_keys[0])]
    assert customer in risks.read_text(encoding="utf-8")
    with ledger_of(own.workspace) as ledger:
        ledger.privacy.decide([(customer, True)], at=0)
    assert steps_of(night(own, "--json"))["export"] == "done"
    assert customer not in risks.read_text(encoding="utf-8")


def test_an_erasure_that_is_pending_is_done_in_the_night(own: Company) -> None:
    customer = open_store(own.workspace).pack().customer_ids[7]
    with ledger_of(own.workspace) as ledger:
        erasure = ledger.privacy.erase([customer], at=0)
    states = steps_of(night(own, "--json"))
    assert states["forget"] == "done"
    with ledger_of(own.workspace) as ledger:
        found = ledger.privacy.erasure(erasure.erasure_id)
    assert found is not None and found.status == "done"
    assert named_in(customer, own) == []


def test_the_summary_is_one_line_and_names_no_customer(own: Company) -> None:
    result = night(own)
    assert result.exit_code == 0
    [summary] = result.stdout.splitlines()
    assert summary.startswith("✓ The night is done: ingest ")
    assert all(one.name in summary for one in STEPS)
    answer = night(own, "--json")
    spoken = result.output + answer.output + own.workspace.nightly.read_text(encoding="utf-8")
    assert named_in(spoken, own) == []


def test_a_night_that_fails_names_the_step_and_leaves_no_file_that_looks_like_tonights(
    settled: Company,
) -> None:
    before = left(settled)
    purchases = settled.settings_path.parent / "purchases.parquet"
    purchases.rename(purchases.with_suffix(".away"))
    failed = night(settled)
    assert failed.exit_code == 1
    assert "The night stopped at ingest." in failed.output
    assert "purchases.parquet" in failed.output
    answer = night(settled, "--json")
    told = json.loads(answer.output.splitlines()[-1])
    assert answer.exit_code == 1 and told["done"] is False
    assert told["stopped_at"] == "ingest" and told["refused"]["remedy"]
    states = steps_of(answer)
    assert states.pop("ingest") == "failed"
    assert set(states.values()) == {"not reached"}
    folder = settled.settings_path.parent / "night"
    assert {one.name for one in folder.iterdir()} == {f"{name}.stale" for name in FILES}
    # Mended, it goes on to where it would have been; nothing had changed, so nothing is made again.
    purchases.with_suffix(".away").rename(purchases)
    assert set(steps_of(night(settled, "--json")).values()) == {"unchanged"}
    assert left(settled) == before


def test_a_mistake_of_the_program_shows_itself_with_the_step_it_was_met_in(
    own: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(*given: object, **named: object) -> None:
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr("features.vectors.refresh.refresh_vectors", mistaken)
    failed = night(own)
    assert failed.exit_code == 1
    assert isinstance(failed.exception, ZeroDivisionError)
    assert failed.exception.__notes__ == ["In the step vectors of the night."]


def test_the_second_of_two_nights_is_told_who_is_at_it(own: Company) -> None:
    before = left(own)
    with own.workspace.night():
        second = night(own)
    assert second.exit_code == 1
    assert f"process {os.getpid()} at it since" in second.output
    assert left(own) == before


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('lists = { "night/lists.csv" = "baskets" }', "basket, coupon"),
        ('lists = { "night/lists.txt" = "basket" }', "night/lists.txt"),
        ('exports = { "night/risks.csv" = "siebel" }', "salesforce"),
        ('lists = { "a.csv" = "basket" }\nexports = { "a.csv" = "csv" }', '"a.csv" in both'),
    ],
)
def test_files_that_could_not_be_written_are_refused_before_anything_is_done(
    own: Company, wrong: str, said: str
) -> None:
    text = own.settings_path.read_text(encoding="utf-8")
    own.settings_path.write_text(text.replace(ASKED, f"\n[nightly]\n{wrong}\n"), encoding="utf-8")
    before = left(own)
    refused = night(own)
    assert refused.exit_code == 2
    assert said in refused.output and "nothing was begun" in refused.output
    assert left(own) == before


def check(done: Company, folder: Path, steps: list[int], points: int) -> None:
    """Kill a night before these steps and at so many points within; go on; compare with one that was not disturbed."""
    start = folder / "start"
    shutil.copytree(done.settings_path.parent, start)
    a_day_later(company_in(start))
    undisturbed = company_in(Path(shutil.copytree(start, folder / "undisturbed")))
    whole = killed(undisturbed)
    assert whole.returncode == 0, whole.stderr[-2_000:]
    writes = int(whole.stdout.split()[-1])
    expected = left(undisturbed)
    within = [1 + (writes - 1) * (at + 1) // (points + 1) for at in range(points)]
    for at, (step, write) in enumerate(
        [*((one, 1_000_000) for one in steps), *((-1, one) for one in within)]
    ):
        copy = company_in(Path(shutil.copytree(start, folder / f"killed{at}")))
        assert killed(copy, step=step, writes=write).returncode == -signal.SIGKILL
        files = {one.name for one in (copy.settings_path.parent / "night").iterdir()}
        for name in files & set(FILES):
            # What lies under its name is tonight's; yesterday's is set aside.
            assert left(copy)[name] == expected[name]
        # Whoever reads meanwhile sees whole scores, of yesterday or of tonight.
        assert open_snapshot(copy.workspace).judged > 200
        resumed = night(copy, "--json")
        assert resumed.exit_code == 0, resumed.output
        if step > 0:
            done_before = [one.name for one in STEPS[:step] if one.name != "forget"]
            assert {steps_of(resumed)[name] for name in done_before} == {"unchanged"}
        assert left(copy) == expected
        shutil.rmtree(copy.settings_path.parent)


def test_a_night_that_was_killed_goes_on_where_it_was_to_the_same_files(
    done: Company, tmp_path: Path
) -> None:
    check(done, tmp_path, [2], 1)


@pytest.mark.slow
def test_a_night_killed_before_every_step_and_at_twenty_points_ends_as_if_it_had_not_been(
    done: Company, tmp_path: Path
) -> None:
    check(done, tmp_path, list(range(len(STEPS))), 20)
