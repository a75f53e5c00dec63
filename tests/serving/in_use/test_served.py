"""What is served, and which pointers that move mean that something is opened anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.company.workspace import CURRENT, Workspace, point_at
from serving.in_use.served import OFFERS, RECOMMENDATIONS, SERVED, pointers_of_all


@pytest.mark.parametrize(
    ("moved", "is_seen"),
    [
        ("bundles/churn", True),
        ("bundles/value", False),
        ("bundles/segments", False),
        ("bundles/offers", True),
        ("bundles/recommendations", True),
        ("scores", True),
        ("store", True),
    ],
)
def test_what_made_the_scores_waits_for_the_next_and_all_else_is_followed(
    tmp_path: Path, moved: str, is_seen: bool
) -> None:
    workspace = Workspace(tmp_path)
    workspace.create()
    before = pointers_of_all(workspace)
    folder = workspace.folder / moved
    folder.mkdir(parents=True, exist_ok=True)
    point_at(folder / CURRENT, "another")
    assert (pointers_of_all(workspace) != before) == is_seen


def test_a_family_beside_the_scores_follows_its_model_and_the_store(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert [one.name for one in SERVED if one.opens is not None] == [
        OFFERS.name,
        RECOMMENDATIONS.name,
    ]
    before = OFFERS.pointers(workspace), RECOMMENDATIONS.pointers(workspace)
    place = workspace.bundles / OFFERS.name
    place.mkdir(parents=True)
    point_at(place / CURRENT, "another")
    assert OFFERS.pointers(workspace) != before[0]
    assert RECOMMENDATIONS.pointers(workspace) == before[1]
