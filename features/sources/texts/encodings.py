"""The encoding of text files, and their texts as plain UTF-8.

Bytes that are UTF-8 throughout are UTF-8: texts of another encoding hardly ever happen to be. Others are
held against the encodings that shops, tills and banks write, and the one is taken in which most letters
beyond ASCII are letters of our languages.
"""

from __future__ import annotations

import codecs
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from features.vocabulary.errors import DataRefused, SettingsRefused

UTF8 = "utf-8"
_BLOCK_BYTES = 1 << 22
_MARKS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OLD = ("cp1252", "cp850", "mac_roman", "cp1250", "latin-1")
"""Encodings of one byte a letter, the likelier first; Latin-1 reads every byte there is."""
_OUR_LETTERS = frozenset(
    "äöüßÄÖÜéèêëÉÈÊËàâáãåÀÂÁÃÅæÆçÇîïíìÎÏÍÌñÑôóòõøÔÓÒÕØœŒûùúÛÙÚÿ€£°ºª§–—’“”„«»×½¿¡"
    "łąęśżźćńŁŚŻŹĆčšžřěůýőűČŠŽ\xa0"
)
_HEAD_BYTES = 1 << 16
_NEVER_IN_TEXTS = frozenset(range(32)) - frozenset(b"\t\n\r\f\v\x1a\x1b")
_MOST_STRANGE = 0.01
_LOOKED_AT = 2_000
"""So many letters beyond ASCII say which encoding they are of."""


@dataclass(frozen=True)
class PlainText:
    """A file as UTF-8: where it lies so, the encoding it came in, and how many lines it has."""

    path: Path
    encoding: str
    lines: int


def plain_text(
    path: Path, source: str, said: str, scratch: Path, *, at_once: int = _BLOCK_BYTES
) -> PlainText:
    """A text file as plain UTF-8: itself where it is, or else a copy in ``scratch``.

    ``said`` is the encoding a person wrote down, empty for the one its bytes speak for. Raises
    ``DataRefused`` where the bytes are of two encodings, or are none of the one said.
    """
    is_packed = _is_packed(path)
    encoding = _known(said) or _marked(path) or _judged(path, source, at_once)
    if not encoding.startswith("utf-16"):
        _require_text(path)
    if encoding == UTF8 and not is_packed:
        wrong = _looked_through(path, at_once).first_wrong_line if said else 0
        if wrong:
            raise _none_of_it(path, source, encoding, wrong)
        return PlainText(path, encoding, _lines(path, at_once))
    scratch.mkdir(parents=True, exist_ok=True)
    # The copy bears the file's own name, for whatever is wrong in it is told by that.
    copy = scratch / "plain" / path.name
    copy.parent.mkdir(exist_ok=True)
    lines = 0
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == UTF8 else encoding)()
    try:
        with opened(path) as file, copy.open("wb") as written:
            while True:
                block = file.read(at_once)
                text = decoder.decode(block, final=not block)
                lines += text.count("\n")
                written.write(text.encode())
                if not block:
                    break
    except UnicodeDecodeError:
        raise _none_of_it(path, source, encoding, lines + 1) from None
    return PlainText(copy, encoding, lines)


def _none_of_it(path: Path, source: str, encoding: str, line: int) -> DataRefused:
    return DataRefused(
        expected=f"{path.name} in the encoding {encoding}",
        found=f"bytes that are none of it in line {line:,} or below",
        remedy=f"Correct `encoding` of {source}, or take it out so that it is found out.",
    )


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """A file's bytes, unpacked where it is packed by gzip, zstandard or zip (its only member).

    Raises ``DataRefused`` where what is packed is damaged, at whichever byte that shows.
    """
    if not _is_packed(path):
        with path.open("rb") as file:
            yield file
        return
    try:
        with _unpacked(path) as stream:
            yield stream
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as fault:
        if isinstance(fault, OSError) and fault.errno is not None:
            # A full disk or a file that may not be read is no damage.
            raise
        raise DataRefused(
            expected=f"a packed file in {path.name}",
            found="one that is damaged or ends too soon",
            remedy="Pack it again, or fetch it again: a download may have been broken off.",
        ) from None


@contextmanager
def _unpacked(path: Path) -> Iterator[IO[bytes]]:
    if path.suffix.casefold() == ".zip":
        with zipfile.ZipFile(path) as archive:
            names = [one for one in archive.namelist() if not one.endswith("/")]
            if len(names) != 1:
                raise DataRefused(
                    expected=f"one table in {path.name}",
                    found=f"{len(names)} files",
                    remedy="Unpack it, and name the file or a pattern such as folder/*.csv.",
                )
            with archive.open(names[0]) as member:
                yield member
        return
    import pyarrow as arrow

    codec = {".gz": "gzip", ".zst": "zstd"}[path.suffix.casefold()]
    with arrow.input_stream(str(path), compression=codec) as stream:
        yield cast("IO[bytes]", io.BufferedReader(stream))


def _is_packed(path: Path) -> bool:
    return path.suffix.casefold() in (".gz", ".zst", ".zip")


def _require_text(path: Path) -> None:
    """Refuse what is no text: a picture, or a workbook that was given the ending of a text."""
    with opened(path) as file:
        head = file.read(_HEAD_BYTES)
    if sum(byte in _NEVER_IN_TEXTS for byte in head) > _MOST_STRANGE * len(head):
        raise DataRefused(
            expected=f"texts in {path.name}",
            found="a file of another kind",
            remedy="Export the table as CSV, Parquet or Excel, with the ending that belongs to it.",
        )


def _known(said: str) -> str:
    """The encoding a person wrote down, by Python's own name for it."""
    if not said:
        return ""
    try:
        name = codecs.lookup(said).name
    except LookupError:
        raise SettingsRefused(
            expected="an encoding such as utf-8, cp1252 or utf-16",
            found=repr(said),
            remedy="Correct `encoding` in regulars.toml, or take it out so that it is found out.",
        ) from None
    return UTF8 if name in ("utf-8", "utf-8-sig", "ascii") else name


def _marked(path: Path) -> str:
    """The encoding that a file's first bytes name, or that every other byte of zero gives away."""
    with opened(path) as file:
        head = file.read(4_000)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding if encoding != UTF8 else ""
    if len(head) > 3 and head[1::2].count(0) > 0.4 * len(head) / 2:
        return "utf-16-le"
    if len(head) > 3 and head[::2].count(0) > 0.4 * len(head) / 2:
        return "utf-16-be"
    return ""


def _lines(path: Path, at_once: int) -> int:
    lines = 0
    with path.open("rb") as file:
        while block := file.read(at_once):
            lines += block.count(b"\n")
    return lines


@dataclass
class _Bytes:
    """What the bytes of a file are: whether all are UTF-8, and if not, where and with what around."""

    beyond_ascii: bool = False
    first_wrong_line: int = 0
    wrong: bytes = b""


def _judged(path: Path, source: str, at_once: int) -> str:
    found = _looked_through(path, at_once)
    if not found.first_wrong_line:
        return UTF8
    if found.beyond_ascii:
        raise DataRefused(
            expected=f"{source} in one encoding",
            found=f"UTF-8, and in line {found.first_wrong_line:,} of {path.name} bytes of another",
            remedy="Save it as UTF-8 (in Excel: Save as, CSV UTF-8), or write the encoding down, such as "
            'encoding = "cp1252".',
        )
    return max(_OLD, key=lambda one: (_likeness(found.wrong, one), -_OLD.index(one)))


def _looked_through(path: Path, at_once: int) -> _Bytes:
    """Whether a file is UTF-8 throughout; where it is not, the stretch around its first other bytes."""
    found = _Bytes()
    decoder = codecs.getincrementaldecoder(UTF8)()
    lines = 1
    with opened(path) as file:
        while True:
            block = file.read(at_once)
            try:
                # A letter that is cut off by the end of the file is none.
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as fault:
                # The fault's own bytes may begin with the tail of the block before.
                before = fault.object[: fault.start]
                found.first_wrong_line = lines + before.count(b"\n")
                mark = before.removeprefix(codecs.BOM_UTF8) if lines == 1 else before
                found.beyond_ascii |= not mark.isascii()
                found.wrong = fault.object[fault.start :] + file.read(1 << 20)
                return found
            if not block:
                return found
            lines += block.count(b"\n")
            found.beyond_ascii |= not text.removeprefix("\ufeff").isascii()


def _likeness(wrong: bytes, encoding: str) -> float:
    """Of the letters beyond ASCII, the share that are letters of our languages; -1 where bytes are none."""
    try:
        text = wrong.decode(encoding)
    except UnicodeDecodeError:
        return -1.0
    places = [at for at, letter in enumerate(text) if not letter.isascii()][:_LOOKED_AT]
    return sum(_is_in_place(text, at) for at in places) / max(len(places), 1)


def _is_in_place(text: str, at: int) -> bool:
    """Whether a letter is one of ours and stands where it may: no capital or mark within a small word."""
    letter, before = text[at], text[at - 1 : at]
    return letter in _OUR_LETTERS and (letter.islower() or not before.islower())
