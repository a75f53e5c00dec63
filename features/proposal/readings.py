"""How a source's text files are read, as lines of a proposal: what was found out, and what is in doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from features.sources.attachment import Source
from features.sources.files import TextFile
from features.sources.formats import Doubt

_NUMBERS = ("number",)
_INSTANTS = ("instant", "zoned instant")
_ISO = "ISO"


@dataclass(frozen=True)
class ProposedReading:
    """One setting of how texts are read, and what speaks for it; ``others`` remain where it is in doubt."""

    setting: str
    value: str | int
    reason: str
    others: tuple[str, ...] = ()

    @property
    def is_doubtful(self) -> bool:
        """Whether a person has to choose between it and others."""
        return bool(self.others)


def readings_of(source: Source) -> tuple[ProposedReading, ...]:
    """The settings by which a source's text files are read; none for sources that tell their own types."""
    texts = [one.text for one in source.schemas.values() if one.text is not None]
    if not texts:
        return ()
    return (*_layout(texts), *_marks(source), *_dates(source), *map(_doubtful, source.doubts))


def _layout(texts: list[TextFile]) -> Iterator[ProposedReading]:
    encodings = {one.encoding for one in texts}
    if len(encodings) == 1 and encodings != {"utf-8"}:
        yield ProposedReading(
            "encoding", min(encodings), "the bytes are no UTF-8, and as this the letters make sense"
        )
    delimiters = {one.delimiter for one in texts} - {""}
    if len(delimiters) == 1:
        yield ProposedReading(
            "delimiter", min(delimiters), "by it most lines have equally many values"
        )
    headers = {one.header_row for one in texts}
    if len(headers) == 1 and min(headers) > 1:
        yield ProposedReading(
            "header_row", min(headers), "the first line that fills most of the columns"
        )


def _marks(source: Source) -> Iterator[ProposedReading]:
    numbers = [one for one in source.formats.values() if one.kind in _NUMBERS]
    decimals = Counter(one.decimal for one in numbers)
    thousands = Counter(one.thousands for one in numbers if one.thousands)
    doubtful = {one.setting for one in source.doubts}
    if len(decimals) == 1 and "decimal" not in doubtful:
        said = ", ".join(name for name, one in source.formats.items() if one.kind in _NUMBERS)
        yield ProposedReading("decimal", min(decimals), f"the mark of decimals in {said}")
    if len(thousands) == 1 and "thousands" not in doubtful:
        yield ProposedReading("thousands", min(thousands), "the mark between thousands")


def _dates(source: Source) -> Iterator[ProposedReading]:
    """The one form of the dates that is not told by itself; forms of several are found out each time."""
    doubtful = {one.column for one in source.doubts}
    forms = {
        name: one
        for name, one in source.formats.items()
        if one.kind in _INSTANTS and one.date_format != _ISO and name not in doubtful
    }
    if len({one.date_format for one in forms.values()}) == 1 and not doubtful:
        form = next(iter(forms.values()))
        reason = f"how {', '.join(forms)} is written" + (f": {form.note}" if form.note else "")
        yield ProposedReading("date_format", form.date_format, reason)


def _doubtful(doubt: Doubt) -> ProposedReading:
    likely, *others = doubt.readings
    reason = f"{doubt.column} can be read in {len(doubt.readings)} ways. {doubt.evidence}"
    return ProposedReading(doubt.setting, likely, reason, tuple(others))
