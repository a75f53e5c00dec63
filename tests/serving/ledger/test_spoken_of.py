"""An answer is found by everybody it speaks of, and by nobody else, be they few or a crowd."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from serving.ledger.ledger import Ledger
from serving.ledger.spoken_of import note, speaking_of

MOST_IN_THE_INDEX = 8
PEOPLE = [hashlib.sha256(str(number).encode()).hexdigest()[:32] for number in range(24)]
"""Names that nobody can read."""
FEW = some.lists(some.sampled_from(PEOPLE), unique=True, max_size=MOST_IN_THE_INDEX)
CROWD = some.permutations(PEOPLE).map(lambda people: people[: MOST_IN_THE_INDEX + 4])


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("spoken") / "ledger.db"
    Ledger(path).close()
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def told(database: sqlite3.Connection, answers: dict[str, list[str]]) -> None:
    """Keep whom these answers speak of, and of no others."""
    for table in ("answers_about", "answers_about_crowds"):
        database.execute(f"DELETE FROM {table}")
    for name, people in answers.items():
        note(database, name, people)


@pytest.mark.parametrize("count", [0, 1, MOST_IN_THE_INDEX, MOST_IN_THE_INDEX + 1, 24])
def test_up_to_eight_people_stand_in_the_index_and_more_are_kept_as_they_are(
    database: sqlite3.Connection, count: int
) -> None:
    told(database, {"answer": PEOPLE[:count]})
    indexed, crowds = (
        database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("answers_about", "answers_about_crowds")
    )
    is_few = count <= MOST_IN_THE_INDEX
    assert (indexed, crowds) == ((count, 0) if is_few else (0, 1))


def test_everybody_in_several_crowds_finds_the_answers_about_them_and_no_other(
    database: sqlite3.Connection,
) -> None:
    answers = {"first": PEOPLE[:9], "second": PEOPLE[9:21], "third": PEOPLE[12:]}
    told(database, answers)
    for one in PEOPLE:
        expected = [name for name, people in answers.items() if one in people]
        assert sorted(speaking_of(database, [one])) == sorted(expected)


@settings(deadline=None, max_examples=50)
@given(
    answers=some.dictionaries(
        some.text("abc", min_size=1, max_size=4),
        some.one_of(FEW, CROWD),
        max_size=6,
    ),
    asked=FEW,
)
def test_the_answers_found_are_those_that_speak_of_any_of_those_asked_each_once(
    database: sqlite3.Connection, answers: dict[str, list[str]], asked: list[str]
) -> None:
    told(database, answers)
    expected = sorted(name for name, people in answers.items() if {*people} & {*asked})
    assert sorted(speaking_of(database, asked)) == expected


@pytest.mark.parametrize("count", [3, 12])
def test_an_answer_that_is_noted_again_stands_there_once(
    database: sqlite3.Connection, count: int
) -> None:
    told(database, {"answer": PEOPLE[:count]})
    note(database, "answer", PEOPLE[:count])
    assert speaking_of(database, PEOPLE) == ["answer"]
