"""Which scores are a model's own: of the day of the current ones, or made since, and never of a day before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from features.company.workspace import Workspace, point_at
from serving.snapshot.scores_of_model import said_of, scores_in_use, scores_of


def publish(workspace: Workspace, model: str, day: int, *, is_current: bool = True) -> str:
    said = {"model_digest": model, "data_digest": f"data {day}", "cutoff_seconds": day}
    before = workspace.scores.named()
    with workspace.scores.draft(is_current=is_current) as draft:
        (draft / "snapshot.json").write_text(json.dumps(said), encoding="utf-8")
    [made] = set(workspace.scores.named()) - set(before)
    return made.name


def name(found: Path | None) -> str:
    return "" if found is None else found.name


def test_scores_are_found_by_the_model_that_made_them_and_by_their_day(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    first, second = "1" * 64, "2" * 64
    assert scores_of(workspace, first) is None and scores_in_use(workspace) is None
    monday = publish(workspace, first, 1)
    beside = publish(workspace, second, 1, is_current=False)
    assert name(workspace.scores.current) == monday
    assert (name(scores_of(workspace, first)), name(scores_of(workspace, second))) == (
        monday, beside
    )  # fmt: skip
    # Without a model in use, or with one that has scored nobody, the current ones are shown.
    assert name(scores_in_use(workspace)) == monday
    (workspace.bundles / "churn").mkdir(parents=True)
    pointer = workspace.bundles / "churn" / "CURRENT"
    for digest, shown in ((second, beside), (first, monday), ("3" * 64, monday)):
        point_at(pointer, digest)
        assert name(scores_in_use(workspace)) == shown
    point_at(pointer, "no digest")
    assert name(scores_in_use(workspace)) == monday

    # A day on, those of before are nobody's; what was made since is the newest of its model.
    tuesday = publish(workspace, first, 2)
    assert scores_of(workspace, second) is None and name(scores_of(workspace, first)) == tuesday
    ahead = publish(workspace, second, 3, is_current=False)
    assert name(scores_of(workspace, second)) == ahead


@pytest.mark.parametrize("content", ["", "[]", "{", None])
def test_what_cannot_be_read_says_nothing(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "snapshot.json").write_text(content, encoding="utf-8")
    assert said_of(tmp_path) == {} and said_of(None) == {}
