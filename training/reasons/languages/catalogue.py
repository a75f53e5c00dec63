"""What a language says for an English text, from the catalogue that stands beside this file.

``catalogues/de.po`` is written by hand; ``de.mo`` is made of it by ``compiled`` and read here by ``gettext``,
which takes a hundredth of the time Babel takes to load. An English text is its own key; a context tells
apart what English says alike, and names what belongs together.
"""

from __future__ import annotations

from collections.abc import Mapping
from gettext import GNUTranslations
from importlib.resources import files

FOLDER = files("training.reasons.languages") / "catalogues"
_SEPARATOR = "\x04"


class PhraseCatalogue(GNUTranslations):
    """The texts of one language; whatever it lacks comes back in English."""

    _catalog: dict[str | tuple[str, int], str]

    @classmethod
    def of(cls, code: str) -> PhraseCatalogue:
        """The catalogue of a language; an empty one where there is none, as for English."""
        compiled = FOLDER / f"{code}.mo"
        if not compiled.is_file():
            return cls()
        with compiled.open("rb") as file:
            return cls(file)

    def __init__(self, file: object | None = None) -> None:
        self._catalog = {}
        self.plural = lambda count: int(count != 1)
        super().__init__(file)  # type: ignore[arg-type]

    def find(self, english: str, context: str = "") -> str | None:
        """What is said for an English text; None where the catalogue lacks it."""
        return self._catalog.get(_key(english, context))

    def has(self, english: str, context: str = "") -> bool:
        """Whether there is something to say for an English text, or for one that has a plural."""
        key = _key(english, context)
        return key in self._catalog or (key, 0) in self._catalog

    @property
    def texts(self) -> Mapping[str | tuple[str, int], str]:
        """Everything that is said, by its key; of a plural each form."""
        return {key: said for key, said in self._catalog.items() if key}

    def phrases(self, context: str) -> Mapping[str, str]:
        """Everything of one context, by its English."""
        start = f"{context}{_SEPARATOR}"
        return {
            key.removeprefix(start): said
            for key, said in self._catalog.items()
            if isinstance(key, str) and key.startswith(start)
        }


def _key(english: str, context: str) -> str:
    return f"{context}{_SEPARATOR}{english}" if context else english


def phrase(english: str, context: str = "") -> str:
    """Mark a text that is said somewhere else, so that ``missing`` counts it; it comes back as it is."""
    del context
    return english
