"""The encoding of a file of texts, found out from its bytes, and the texts as they were meant."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pyarrow as arrow
import pytest

from features.sources.texts.encodings import plain_text
from features.vocabulary.errors import DataRefused, SettingsRefused

GERMAN = "Kunde;Ort;Straße\nMüller, Jörg;Köln;Größe 5 €\nWeiß;Zürich;Äußere Straße\n"
FRENCH = "Code client;Ville\nCL1;Orléans\nCL2;Besançon\nCL3;Île-de-Bréhat\n"
POLISH = "klient;miasto\n1;Łódź\n2;Kraków, Święta Góra\n3;Częstochowa\n"


def _plain(tmp_path: Path, content: bytes, said: str = "", name: str = "orders.csv") -> str:
    file = tmp_path / name
    file.write_bytes(content)
    return plain_text(file, name, said, tmp_path / "scratch").path.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("a;b\n1;2\n", "ascii"),
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "utf-16"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (GERMAN, "cp1252"),
        (GERMAN.replace("€", "EUR"), "cp850"),
        (GERMAN, "mac_roman"),
        (FRENCH, "utf-8"),
        (FRENCH, "cp1252"),
        (FRENCH, "latin-1"),
        (POLISH, "cp1250"),
    ],
)
def test_texts_come_out_as_they_were_meant_whatever_they_are_written_in(
    tmp_path: Path, text: str, encoding: str
) -> None:
    assert _plain(tmp_path, text.encode(encoding)) == text


def test_plain_utf_8_is_read_where_it_lies(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_bytes(GERMAN.encode())
    found = plain_text(file, "orders.csv", "", tmp_path / "scratch")
    assert (found.path, found.encoding, found.lines) == (file, "utf-8", 3)


@pytest.mark.parametrize("at_once", [1, 2, 3, 7, 1_000])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_letter_may_lie_across_two_blocks(tmp_path: Path, at_once: int, encoding: str) -> None:
    file = tmp_path / "orders.csv"
    file.write_bytes(GERMAN.encode(encoding))
    found = plain_text(file, "orders.csv", "", tmp_path / "scratch", at_once=at_once)
    assert (found.path.read_text(encoding="utf-8"), found.lines) == (GERMAN, 3)


@pytest.mark.parametrize("at_once", [1, 5, 1_000])
def test_a_file_in_two_encodings_is_refused_with_the_line(tmp_path: Path, at_once: int) -> None:
    file = tmp_path / "orders.csv"
    file.write_bytes("a;b\nMüller;1\nWeiß;2\n".encode() + "Müller;3\n".encode("cp1252"))
    with pytest.raises(DataRefused, match=r"in line 4 of orders\.csv bytes of another"):
        plain_text(file, "orders.csv", "", tmp_path / "scratch", at_once=at_once)


def test_a_letter_that_the_end_of_a_file_cuts_off_is_none(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match=r"in line 3 of orders\.csv bytes of another"):
        _plain(tmp_path, "a;b\nMüller;1\n5 €".encode()[:-1])


def test_what_a_person_wrote_down_is_taken(tmp_path: Path) -> None:
    mixed = "a;b\nMüller;1\n".encode() + "Weiß;3\n".encode("cp1252")
    assert _plain(tmp_path, mixed, "cp1252") == "a;b\nMÃ¼ller;1\nWeiß;3\n"
    assert _plain(tmp_path, GERMAN.encode("cp850", "replace"), "CP850").startswith(
        "Kunde;Ort;Straße"
    )


def test_bytes_that_are_none_of_what_was_written_down_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="none of it in line 2 or below"):
        _plain(tmp_path, b"a;b\nM\xfcller;1\n", "utf-8-sig")
    with pytest.raises(DataRefused, match="none of it in line 1 or below"):
        _plain(tmp_path, b"a;b\nM\x81ller;1\n", "cp1252")


def test_an_unknown_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match="'klingon'"):
        _plain(tmp_path, b"a;b\n1;2\n", "klingon")


def test_packed_files_are_unpacked(tmp_path: Path) -> None:
    content = GERMAN.encode("cp1252")
    assert _plain(tmp_path, gzip.compress(content), name="orders.csv.gz") == GERMAN
    packed = bytes(arrow.Codec("zstd").compress(content))
    assert _plain(tmp_path, packed, name="orders.csv.zst") == GERMAN
    archive = tmp_path / "orders.csv.zip"
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("orders.csv", content)
    assert _plain(tmp_path, archive.read_bytes(), name="orders.csv.zip") == GERMAN


def test_an_archive_of_several_files_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "orders.zip"
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("a.csv", "a\n")
        written.writestr("b.csv", "b\n")
    with pytest.raises(DataRefused, match="2 files"):
        plain_text(archive, "orders.zip", "", tmp_path / "scratch")


@pytest.mark.parametrize("kind", ["gz", "zst", "zip"])
@pytest.mark.parametrize("kept", [0.0, 0.5])
def test_what_is_packed_and_damaged_is_refused(tmp_path: Path, kind: str, kept: float) -> None:
    content = (GERMAN * 5_000).encode()
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("orders.csv", content)
    packed = {
        "gz": gzip.compress(content),
        "zst": bytes(arrow.Codec("zstd").compress(content)),
        "zip": whole.read_bytes(),
    }[kind]
    damaged = packed[: int(kept * len(packed))] or b"no archive at all"
    with pytest.raises(DataRefused, match="damaged or ends too soon"):
        _plain(tmp_path, damaged, name=f"orders.csv.{kind}")


def test_a_byte_that_was_changed_within_an_archive_is_found(tmp_path: Path) -> None:
    archive = tmp_path / "orders.csv.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("orders.csv", "".join(f"{at * 7919 % 10_007};x\n" for at in range(9_000)))
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 0xFF
    with pytest.raises(DataRefused, match="damaged or ends too soon"):
        _plain(tmp_path, bytes(content), name="orders.csv.zip")


def test_a_file_of_another_kind_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="a file of another kind"):
        _plain(tmp_path, bytes(range(256)) * 40)
    assert _plain(tmp_path, b"a;b\n1\x00;2\n" + b"1;2\n" * 100).startswith("a;b\n1\x00;2")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_copy_bears_the_name_of_its_file_by_which_faults_are_told(
    tmp_path: Path, encoding: str
) -> None:
    file = tmp_path / "orders-2.csv"
    file.write_text("Größe,Käufer\n1,2\n", encoding=encoding)
    found = plain_text(file, "orders-*.csv", "", tmp_path / "scratch")
    assert found.path.name == "orders-2.csv"
