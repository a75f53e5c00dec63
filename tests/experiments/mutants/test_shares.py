"""The shares killed by room, and that none may fall."""

from __future__ import annotations

from pathlib import Path

from experiments.mutants.shares import Share, fallen, keep, shares, stored_shares, table, whole

ENDED = [
    ("serving/access/guard.py", True),
    ("serving/access/routes.py", False),
    ("serving/access/routes.py", True),
    ("features/store/pack.py", True),
]
ROOMS = {"features/store": Share(1, 1), "serving/access": Share(2, 3)}


def test_a_room_has_the_share_of_its_files() -> None:
    assert shares(ENDED) == ROOMS and whole(ROOMS) == Share(3, 4)


def test_a_table_tells_every_room_and_all_together() -> None:
    assert table(ROOMS).splitlines() == [
        "| room | killed | of | share |",
        "| --- | --- | --- | --- |",
        "| features/store | 1 | 1 | 100 % |",
        "| serving/access | 2 | 3 | 67 % |",
        "| **all rooms** | 3 | 4 | 75 % |",
    ]


def test_a_room_that_has_fallen_is_told_with_before_and_now() -> None:
    before = {"serving/access": Share(3, 4), "features/store": Share(1, 2), "gone": Share(1, 1)}
    assert list(fallen(ROOMS, before)) == [
        "serving/access: before 75.0 % (3 of 4), now 66.7 % (2 of 3)"
    ]


def test_a_room_that_stays_or_is_new_has_not_fallen() -> None:
    assert list(fallen(ROOMS, ROOMS)) == list(fallen(ROOMS, {})) == []


def test_what_is_kept_of_a_sample_is_found_again_for_the_same_sample_alone(tmp_path: Path) -> None:
    path = tmp_path / "shares.json"
    assert stored_shares(1, 400, path) == {}
    keep(ROOMS, 1, 400, path)
    assert stored_shares(1, 400, path) == ROOMS
    assert stored_shares(2, 400, path) == stored_shares(1, 40, path) == {}
