"""What is published can be told from what was changed since, block by block."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from features.company.block_digests import (
    BLOCK_BYTES,
    DIGESTS_FILE,
    damage_in,
    digest_in_name,
    require_whole,
    size_bytes,
    stamps,
)
from features.company.workspace import Generations
from features.vocabulary.errors import WorkspaceRefused

LARGE = bytes(range(256)) * (BLOCK_BYTES // 256) * 2 + b"the rest"


def published(folder: Path) -> Path:
    generations = Generations(folder)
    with generations.draft() as draft:
        (draft / "part").mkdir()
        (draft / "part" / "large").write_bytes(LARGE)
        (draft / "small").write_text("small")
        (draft / "empty").touch()
    assert generations.current is not None
    return generations.current


def test_a_generation_lists_the_sha256_of_each_block_and_is_named_by_that_list(
    tmp_path: Path,
) -> None:
    generation = published(tmp_path)
    content = (generation / DIGESTS_FILE).read_bytes()
    assert digest_in_name(generation) == hashlib.sha256(content).hexdigest()[:16]
    first, last = LARGE[:BLOCK_BYTES], b"the rest"
    blocks = [hashlib.sha256(one).hexdigest() for one in (first, first, last)]
    assert json.loads(content)["files"]["part/large"] == {
        "size_bytes": 2 * BLOCK_BYTES + 8,
        "blocks": blocks,
    }
    assert damage_in(generation) == "" and size_bytes(generation) == 2 * BLOCK_BYTES + 13
    assert size_bytes(generation, "part/") == 2 * BLOCK_BYTES + 8


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a flipped byte": (
        lambda folder: flip(folder / "part" / "large", BLOCK_BYTES + 5),
        "other bytes in part/large, block 2 of 3",
    ),
    "a cut": (
        lambda folder: (folder / "small").write_text("sma"),
        "3 bytes in small instead of 5",
    ),
    "a file that is gone": (
        lambda folder: (folder / "empty").unlink(),
        "FileNotFoundError at empty",
    ),
    "a flipped list": (
        lambda folder: flip(folder / DIGESTS_FILE, 9),
        "no readable digests.json of that name",
    ),
    "a lost list": (
        lambda folder: (folder / DIGESTS_FILE).unlink(),
        "no readable digests.json of that name",
    ),
}


def flip(file: Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_found_where_it_is_and_refused_with_the_remedy(tmp_path: Path, kind: str) -> None:
    generation = published(tmp_path)
    # What was found sound before is looked at again after it was written to.
    assert damage_in(generation) == ""
    harm, found = DAMAGE[kind]
    harm(generation)
    assert damage_in(generation) == found
    with pytest.raises(WorkspaceRefused, match="Mend it") as refused:
        require_whole(generation, "a thing", "Mend it.")
    assert refused.value.found == found


def test_only_what_is_asked_for_is_looked_at(tmp_path: Path) -> None:
    generation = published(tmp_path)
    (generation / "small").write_text("SMALL")
    assert damage_in(generation, "part/") == "" and damage_in(generation, "small") != ""


def test_a_list_of_other_files_is_no_list_of_these(tmp_path: Path) -> None:
    generation = published(tmp_path)
    listed = json.loads((generation / DIGESTS_FILE).read_bytes())
    (generation / "small").write_text("SMALL")
    listed["files"]["small"]["blocks"] = [hashlib.sha256(b"SMALL").hexdigest()]
    (generation / DIGESTS_FILE).write_text(json.dumps(listed))
    assert damage_in(generation) == "no readable digests.json of that name"


def test_a_second_name_of_a_damaged_file_is_damaged_too(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    first = published(tmp_path)
    flip(first / "small", 0)
    with generations.draft() as draft:
        os.link(first / "small", draft / "small")
    second = generations.current
    assert second is not None and second != first
    assert damage_in(second) == "other bytes in small, block 1 of 1"


def test_files_of_other_generations_keep_their_digests_too(tmp_path: Path) -> None:
    first = published(tmp_path / "vectors")
    flip(first / "small", 0)
    scores = Generations(tmp_path / "scores", shared=[tmp_path / "vectors"])
    with scores.draft() as draft:
        os.link(first / "small", draft / "again")
    assert scores.current is not None
    assert damage_in(scores.current) == "other bytes in again, block 1 of 1"


def test_a_pointer_that_was_cut_or_flipped_names_nothing(tmp_path: Path) -> None:
    generation = published(tmp_path)
    generations = Generations(tmp_path)
    assert generations.is_begun and not Generations(tmp_path / "other").is_begun
    for content in (b"", b".", generation.name[:-1].encode(), b"\xff\xfe", b"CURRENT"):
        (tmp_path / "CURRENT").write_bytes(content)
        assert generations.current is None and generations.is_begun


def test_stamps_change_with_whatever_is_written(tmp_path: Path) -> None:
    generation = published(tmp_path)
    before = stamps(generation)
    assert stamps(generation) == before and len(before) == 3
    flip(generation / "small", 0)
    os.utime(generation / "small", ns=(1, 1))
    assert stamps(generation) != before and stamps(tmp_path / "nowhere") == ()
