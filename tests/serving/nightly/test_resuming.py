"""A nightly run that was killed goes on where it was, to the same bytes; readers see the old scores or the new."""

from __future__ import annotations

import hashlib
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from serving.nightly.run import CHECKPOINTS, score_everybody
from serving.snapshot.reading import open_snapshot
from tests.serving.company import Company, company_in
from tests.serving.full_disk import no_file_beyond

PROJECT = Path(__file__).resolve().parents[3]

# Counts what reaches the disk, and dies by SIGKILL before the n-th time.
RUN = """
    import os, signal, sys
    from pathlib import Path

    left = [int(sys.argv[2])]

    def counted(function):
        def before(*given, **named):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*given, **named)
        return before

    import numpy as np
    np.save, np.savez = counted(np.save), counted(np.savez)
    os.fsync = counted(os.fsync)
    Path.replace, Path.rename = counted(Path.replace), counted(Path.rename)
    from features.company.settings.reading import load_settings
    from features.company.workspace import Workspace
    from serving.nightly.run import score_everybody

    settings = load_settings(Path(sys.argv[1]))
    score_everybody(settings, Workspace(settings.workspace_folder), customers_a_piece=100)
    print("written", int(sys.argv[2]) - left[0])
"""


def run(company: Company, die_at: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(RUN), str(company.settings_path), str(die_at)]
    return subprocess.run(command, capture_output=True, text=True, cwd=PROJECT)


@pytest.fixture
def own_company(valued_company: Company, tmp_path: Path) -> Company:
    """A copy of the company whose scores are of another day, so that a run has something to do."""
    shutil.copytree(valued_company.settings_path.parent, tmp_path / "own")
    company = company_in(tmp_path / "own")
    text = company.settings_path.read_text(encoding="utf-8")
    company.settings_path.write_text(text + "\n[reasons]\ncompared_days = 20\n", encoding="utf-8")
    return company_in(tmp_path / "own")


def content(company: Company) -> dict[str, str]:
    """Every file of the scores in use, by its hash."""
    folder = company.workspace.scores.current
    assert folder is not None
    return {
        str(one.relative_to(folder)): hashlib.sha256(one.read_bytes()).hexdigest()
        for one in sorted(folder.rglob("*"))
        if one.is_file()
    }


def check(company: Company, tmp_path: Path, points: int) -> None:
    """Kill a run at so many points, spread over all that is written, each in a copy of its own; go on; compare."""
    before = open_snapshot(company.workspace).name
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(company.settings_path.parent, undisturbed)
    whole = run(company_in(undisturbed), 1_000_000)
    assert whole.returncode == 0, whole.stderr[-2_000:]
    writes = int(whole.stdout.split()[-1])
    expected = content(company_in(undisturbed))
    for at in range(points):
        place = tmp_path / f"killed{at}"
        shutil.copytree(company.settings_path.parent, place)
        copy = company_in(place)
        killed = run(copy, 1 + (writes - 1) * at // max(points - 1, 1))
        assert killed.returncode == -signal.SIGKILL
        # Whoever reads meanwhile sees whole scores, the old ones or, at the very end, the new.
        assert open_snapshot(copy.workspace).judged > 200
        resumed = run(copy, 1_000_000)
        assert resumed.returncode == 0, resumed.stderr[-2_000:]
        assert content(copy) == expected
        assert open_snapshot(copy.workspace).name != before
        assert not (copy.workspace.scores.folder / CHECKPOINTS).exists() or at == points - 1
        shutil.rmtree(place)


def test_a_killed_run_goes_on_to_the_same_bytes(own_company: Company, tmp_path: Path) -> None:
    check(own_company, tmp_path, 2)


@pytest.mark.slow
def test_a_run_killed_at_twenty_points_goes_on_to_the_same_bytes(
    own_company: Company, tmp_path: Path
) -> None:
    check(own_company, tmp_path, 20)


def test_pieces_of_another_run_are_thrown_away(own_company: Company) -> None:
    run(own_company, 9)
    place = own_company.workspace.scores.folder / CHECKPOINTS
    kept = {one.name for one in place.iterdir()}
    assert len(kept) == 1
    text = own_company.settings_path.read_text(encoding="utf-8")
    own_company.settings_path.write_text(text.replace("= 20", "= 25"), encoding="utf-8")
    changed = company_in(own_company.settings_path.parent)
    run(changed, 9)
    assert not kept & {one.name for one in place.iterdir()}
    score_everybody(changed.settings, changed.workspace)
    assert not place.exists()


def test_a_full_disk_leaves_the_old_scores_and_the_next_run_succeeds(own_company: Company) -> None:
    before = content(own_company)
    with no_file_beyond(36_000), pytest.raises(OSError):
        score_everybody(own_company.settings, own_company.workspace)
    assert content(own_company) == before
    score_everybody(own_company.settings, own_company.workspace)
    assert content(own_company) != before
