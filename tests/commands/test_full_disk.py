"""A disk that is full while a command works: one sentence, and what was published before is still there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from regulars.main import main
from tests.commands.shop import leaving_and_staying, line, write_shop
from tests.serving.company import Company
from tests.serving.conftest import demo_workspace
from tests.serving.full_disk import no_file_beyond

__all__ = ["demo_workspace"]

EVERY_VERB = (
    ("ingest",),
    ("vectors", "--again"),
    ("score",),
    ("export", "{folder}/risks.csv"),
    ("export", "{folder}/risks.parquet"),
    ("train", "churn"),
    ("forget",),
    ("keys", "create", "crm", "--scope", "score"),
    ("audit", "verify"),
)


def ingest(settings: Path) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["ingest", "--settings", str(settings)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, " ".join(result.output.split())


def test_an_ingest_on_a_full_disk_blames_no_table_and_leaves_the_store_of_before(
    tmp_path: Path,
) -> None:
    settings = write_shop(tmp_path, leaving_and_staying(9))
    assert ingest(settings)[0] == 0
    store = Workspace(load_settings(settings).workspace_folder).store
    before = store.current
    write_shop(tmp_path, [*leaving_and_staying(9), *(line(9, day) for day in range(360))])
    for size in (0, 2_000, 10_000):
        with no_file_beyond(size):
            exit_code, said = ingest(settings)
        assert exit_code == 1
        assert "✗ Expected room on the disk for what `regulars ingest` writes" in said
        assert store.current == before
        assert not store.unfinished()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_an_answer_that_cannot_be_written_is_told_where_faults_are(
    as_json: list[str], tmp_path: Path
) -> None:
    settings = write_shop(tmp_path, [])
    words = [
        sys.executable,
        "-m",
        "regulars",
        "keys",
        "list",
        *as_json,
        "--settings",
        str(settings),
    ]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert "✗ Expected room for the answer where the output goes" in done.stderr
    assert "Traceback" not in done.stderr


def can_mount() -> bool:
    """Whether this user may lay a small disk of their own over a folder, seen by their own processes alone."""
    if shutil.which("unshare") is None:
        return False
    mounted = "mount -t tmpfs -o size=1m none /mnt"
    return (
        subprocess.run(["unshare", "-rm", "sh", "-c", mounted], capture_output=True).returncode == 0
    )


ON_A_SMALL_DISK = """
set -e
mount -t tmpfs -o size={room_kb}k none {small}
cp -a {company}/. {small}/
# Otherwise the scores would be kept, for nothing has changed.
printf '\n[reasons]\ncompared_days = 20\n' >> {small}/regulars.toml
set +e
{python} -m regulars {words} --settings {small}/regulars.toml >&2
code=$?
cat {small}/.workspace/store/CURRENT {small}/.workspace/scores/CURRENT {small}/.workspace/bundles/churn/CURRENT
find {small}/.workspace -name .draft
exit $code
"""


@pytest.mark.slow
@pytest.mark.skipif(
    not can_mount(), reason="this user may not mount a small disk: see `unshare -rm`"
)
@pytest.mark.parametrize("words", EVERY_VERB, ids=" ".join)
def test_every_verb_says_that_the_disk_is_full_wherever_that_cuts_it_off(
    words: tuple[str, ...], demo_workspace: Company, tmp_path: Path
) -> None:
    company, small = demo_workspace.settings_path.parent, tmp_path / "small"
    small.mkdir()
    space = company / ".workspace"
    pointers = [space / "store", space / "scores", space / "bundles" / "churn"]
    in_use = "".join((one / "CURRENT").read_text() for one in pointers)
    # A file that has two names takes its room once.
    sizes = {one.stat().st_ino: one.stat().st_size for one in company.rglob("*") if one.is_file()}
    used_kb = sum(-(-size // 4096) * 4 for size in sizes.values())
    cut_off = 0
    for room_kb in (24, 200, 700, 2_000, 8_000, 64_000):
        script = ON_A_SMALL_DISK.format(
            room_kb=used_kb + room_kb,
            small=small,
            company=company,
            python=sys.executable,
            words=" ".join(words).format(folder=small),
        )
        done = subprocess.run(
            ["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert ".draft" not in done.stdout
        if done.returncode == 0:
            break
        assert done.returncode == 1, done.stderr
        assert "✗ Expected room on the disk" in done.stderr, done.stderr
        assert words == ("forget",) or done.stdout == in_use
        cut_off += 1
    assert done.returncode == 0, done.stderr
    assert cut_off or words[0] in ("keys", "audit")
