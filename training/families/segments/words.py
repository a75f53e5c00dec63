"""What stands beside the reasons for a segment; the names of segments stay as they are."""

from __future__ import annotations

from training.reasons.languages.language import Language

_HABIT = "habit"


def habit_said(english: str, language: Language) -> str:
    """A habit in a word; a company's own name in it stays as it is.

    >>> [habit_said(one, Language("de")) for one in ("frequent", "mostly web")]
    ['häufig', 'meist web']
    """
    known = language.catalogue.find(english, _HABIT)
    if known is not None:
        return known
    first, _, name = english.partition(" ")
    return f"{language.say(first, _HABIT)} {name}" if name else english


def beside(neighbour: str, is_near: bool, language: Language) -> str:
    """The sentence above the habits: which segment is the next nearest."""
    if is_near:
        how = language.say("Almost as near", "segment")
    else:
        how = language.say("The next nearest", "segment")
    said = language.say(
        "{how} is “{neighbour}”. The figures are shares of all that speaks for the one rather than the "
        "other; the nearer their sum is to 0, the more this customer stands between the two.",
        "segment",
    )
    return said.format(how=how, neighbour=neighbour)


def other_habits(language: Language) -> str:
    """What the line of all habits that are not shown is called."""
    return language.say("all other habits", "segment")


def together(language: Language) -> str:
    """What the line that sums them up is called."""
    return language.say("together", "segment")
