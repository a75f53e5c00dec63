"""People write what became of a contact in their own language and in any case."""

from __future__ import annotations

import pytest

from serving.campaigns.outcome_words import SPOKEN_TO, TITLES, outcome_of
from training.reasons.languages.known import LANGUAGES


@pytest.mark.parametrize("name", TITLES)
def test_every_outcome_is_understood_by_its_name_and_its_title_in_every_language(name: str) -> None:
    said = {language.say(TITLES[name], "outcome") for language in LANGUAGES.values()}
    assert len(said) == len(LANGUAGES)
    for text in (name, *said, *(one.upper() for one in said)):
        assert outcome_of(f" {text} ") == name


@pytest.mark.parametrize("text", ["", "maybe", "reached?", "0", "called back"])
def test_what_is_no_outcome_is_none(text: str) -> None:
    assert outcome_of(text) is None


def test_only_who_did_not_answer_was_not_spoken_to() -> None:
    assert set(TITLES) - SPOKEN_TO == {"no_answer"}
