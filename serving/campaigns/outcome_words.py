"""What can become of a contact, and how people write it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from training.reasons.languages.catalogue import phrase
from training.reasons.languages.known import LANGUAGES

REACHED, NO_ANSWER, CALL_BACK, ACCEPTED, NOT_INTERESTED, COMPLAINT, DO_NOT_CONTACT = (
    "reached",
    "no_answer",
    "call_back",
    "accepted",
    "not_interested",
    "complaint",
    "do_not_contact",
)
TITLES: Mapping[str, str] = {
    REACHED: phrase("Reached", "outcome"),
    NO_ANSWER: phrase("No answer", "outcome"),
    CALL_BACK: phrase("Call back", "outcome"),
    ACCEPTED: phrase("Accepted", "outcome"),
    NOT_INTERESTED: phrase("Not interested", "outcome"),
    COMPLAINT: phrase("Complaint", "outcome"),
    DO_NOT_CONTACT: phrase("Do not contact", "outcome"),
}
SPOKEN_TO = frozenset({REACHED, CALL_BACK, ACCEPTED, NOT_INTERESTED, COMPLAINT, DO_NOT_CONTACT})
"""What only becomes of a contact that came about."""


def outcome_of(text: str) -> str | None:
    """The outcome that a cell names in any of our languages, in whatever case; None where it names none.

    >>> outcome_of("No answer"), outcome_of("call_back"), outcome_of("kein Interesse"), outcome_of("perhaps")
    ('no_answer', 'call_back', 'not_interested', None)
    """
    return _by_text().get(_plain(text))


@cache
def _by_text() -> dict[str, str]:
    titles = {
        _plain(language.say(title, "outcome")): name
        for language in LANGUAGES.values()
        for name, title in TITLES.items()
    }
    return titles | {_plain(name): name for name in TITLES}


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())
