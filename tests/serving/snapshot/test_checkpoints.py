"""Pieces of a run: computed once for one identity, thrown away for every other."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from serving.snapshot.checkpoints import Arrays, Checkpoints


def computing(counted: list[str], *numbers: int) -> Arrays:
    counted.append("computed")
    return {"numbers": np.array(numbers), "wide": np.eye(2)}


def test_a_piece_is_computed_once_and_taken_up_by_a_run_of_the_same_identity(
    tmp_path: Path,
) -> None:
    counted: list[str] = []
    for _ in range(2):
        run = Checkpoints(tmp_path / "pieces", {"model": "a", "cutoff": 7})
        found = run.piece("first", lambda: computing(counted, 3, 1))
        assert found["numbers"].tolist() == [3, 1]
        assert found["wide"].tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert counted == ["computed"]
    assert run.piece("second", lambda: computing(counted, 5))["numbers"].tolist() == [5]
    assert counted == ["computed"] * 2


def test_the_order_in_which_an_identity_is_said_does_not_matter_and_its_content_does(
    tmp_path: Path,
) -> None:
    counted: list[str] = []

    def begun(identity: dict[str, object]) -> int:
        Checkpoints(tmp_path, identity).piece("one", lambda: computing(counted, 1))
        return len(counted)

    assert begun({"model": "a", "cutoff": 7}) == 1
    assert begun({"cutoff": 7, "model": "a"}) == 1
    assert begun({"model": "a", "cutoff": 8}) == 2
    # Those of the first were thrown away when another began.
    assert begun({"model": "a", "cutoff": 7}) == 3
    assert len(list(tmp_path.iterdir())) == 1


def test_what_was_half_written_is_computed_again(tmp_path: Path) -> None:
    counted: list[str] = []
    run = Checkpoints(tmp_path, {})
    (folder,) = tmp_path.iterdir()
    (folder / "one.part").write_bytes(b"half")
    assert run.piece("one", lambda: computing(counted, 4))["numbers"].tolist() == [4]
    assert [one.name for one in folder.iterdir()] == ["one.npz"]


def test_pieces_are_their_owners_alone_and_gone_when_the_run_is_done(tmp_path: Path) -> None:
    run = Checkpoints(tmp_path / "pieces", {})
    (folder,) = (tmp_path / "pieces").iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    run.done()
    assert list(tmp_path.iterdir()) == []
