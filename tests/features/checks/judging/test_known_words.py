"""The words of arms, kinds and channels in a check: understood, refused, noted, and said when they never occur."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from features.checks.breaches import Breach, CheckReport, Severity
from features.checks.checking import check
from features.company.settings.reading import Settings, settings_from
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.store.pack import Pack
from tests.features.tables import Row, write_table

EXPOSED = ("who", "offer", "day", "arm")
ARMS = {"customer_id": "who", "offer_id": "offer", "shown_at": "day"}
TOUCHED = ("who", "day", "channel", "kind", "settled")
CONTACTS = {"customer_id": "who", "contacted_at": "day", "channel": "channel", "kind": "kind"}


def exposures(folder: Path, arms: list[Any], arm: str = "arm", name: str = "arm") -> Settings:
    """One customer after the other was shown an offer, or not, by these words."""
    rows: list[Row] = [
        (f"c{place}", "TEN", f"2026-01-{place + 1:02}", one) for place, one in enumerate(arms)
    ]
    write_table(folder / "exposures.parquet", rows, (*EXPOSED[:3], name))
    mapping = {"source": "exposures.parquet", "columns": {**ARMS, "arm": arm}}
    return settings_from({"tables": {"exposures": mapping}}, folder=folder)


def contacts(folder: Path, rows: list[tuple[str, str]], **more: str) -> Settings:
    """One customer after the other was in touch through a channel, about a kind of thing."""
    written: list[Row] = [
        (f"c{place}", f"2026-01-{place + 1:02}", channel, kind, None)
        for place, (channel, kind) in enumerate(rows)
    ]
    write_table(folder / "contacts.parquet", written, TOUCHED)
    mapping = {"source": "contacts.parquet", "columns": {**CONTACTS, **more}}
    return settings_from({"tables": {"contacts": mapping}}, folder=folder)


def packed(settings: Settings) -> Pack:
    return ingest(settings, Workspace(settings.folder / "ws")).store.pack()


def words_of(pack: Pack, table: str, column: str) -> list[str | None]:
    """The word of every event, customer by customer."""
    stream = pack.streams[table]
    texts = list(stream.dictionaries[column])
    return [texts[code] if code >= 0 else None for code in stream.columns[column].tolist()]


def told(report: CheckReport, rule: str) -> Breach | None:
    return next((one for one in report.breaches if one.rule == rule), None)


@pytest.mark.parametrize(
    "arms",
    [
        *[["control", "treated", "treated"], ["Control", "Treated", "TREATED"], [0, 1, 1]],
        *[["0", "1", "1"], [0.0, 1.0, 1.0], [False, True, True], ["0.0", "1.0", "1.0"]],
        *[["holdout", "test", "test"], ["Hold-out", "Target", "target"], ["none", "exposed", "t"]],
        *[
            ["no treatment", "treatment", "Treatment"],
            ["Kontrollgruppe", "Testgruppe", "behandelt"],
        ],
        ["t\u00e9moin", "trait\u00e9", "groupe test\u00a0"],
    ],
)
def test_however_the_arms_are_called_the_store_is_the_same(tmp_path: Path, arms: list[Any]) -> None:
    pack = packed(exposures(tmp_path, arms))
    assert words_of(pack, "exposures", "arm") == ["control", "treated", "treated"]
    assert not check(exposures(tmp_path, arms)).breaches


@pytest.mark.parametrize(("unknown", "refused"), [(0, False), (1, True), (3, True)])
def test_a_single_arm_nobody_knows_refuses_the_table(
    tmp_path: Path, unknown: int, refused: bool
) -> None:
    arms = ["control", "treated", *["B"] * unknown]
    report = check(exposures(tmp_path, arms))
    assert report.refused is refused
    found = told(report, "unknown_word.arm")
    assert (found is not None) is refused
    if found is not None:
        assert (found.rows, found.severity) == (unknown, Severity.REFUSES)
        assert found.detail == f"words: B ({unknown})"
        assert "tables.exposures.columns" in found.advice
        assert "CASE WHEN … THEN 'control' ELSE 'treated' END" in found.advice


def test_the_remedy_is_one_line_that_works(tmp_path: Path) -> None:
    written = "CASE WHEN arm = 'A' THEN 'control' ELSE 'treated' END"
    pack = packed(exposures(tmp_path, ["A", "B"], written))
    assert words_of(pack, "exposures", "arm") == ["control", "treated"]


@pytest.mark.parametrize(
    ("name", "arms"),
    [("is_control", [True, False]), ("Kontrollgruppe", [1, 0]), ("not_shown", ["yes", "no"])],
)
def test_yes_in_a_column_named_for_control_is_not_taken_for_shown(
    tmp_path: Path, name: str, arms: list[Any]
) -> None:
    assert check(exposures(tmp_path, arms, name, name)).refused


def test_a_word_in_a_column_named_for_control_is_clear_and_so_is_a_comparison(
    tmp_path: Path,
) -> None:
    assert not check(exposures(tmp_path, ["holdout", "test"], "is_control", "is_control")).refused
    pack = packed(exposures(tmp_path, ["control", "x"], "arm <> 'control'"))
    assert words_of(pack, "exposures", "arm") == ["control", "treated"]


@pytest.mark.parametrize(
    ("arms", "never"), [(["1", "1"], "control"), (["0", "0"], "treated"), (["0", "1"], "")]
)
def test_an_arm_that_never_occurs_is_said(tmp_path: Path, arms: list[str], never: str) -> None:
    report = check(exposures(tmp_path, arms))
    said = [one.what for one in report.breaches if one.rule.startswith("never_said.")]
    assert said == ([f"no row says {never} in arm"] if never else [])
    assert not report.refused


def test_a_row_without_an_arm_stays_without_one(tmp_path: Path) -> None:
    pack = packed(exposures(tmp_path, ["control", "treated", None, " \u00a0"]))
    assert words_of(pack, "exposures", "arm") == ["control", "treated", None, None]


def test_kinds_and_channels_are_understood_and_others_stay_and_are_counted(tmp_path: Path) -> None:
    rows = [("E-Mail", "Complaint"), ("Telefon", "Beschwerde"), ("fax", "opened email")]
    rows += [("fax", "Webinar"), ("pigeon", "Webinar"), ("Filiale", "visit")]
    settings = contacts(tmp_path, rows)
    pack = packed(settings)
    assert words_of(pack, "contacts", "channel") == [
        *["email", "phone", "fax", "fax", "pigeon", "store"]
    ]
    assert words_of(pack, "contacts", "kind") == [
        *["complaint", "complaint", "open", "Webinar", "Webinar", "visit"]
    ]
    report = check(settings)
    kinds, channels = (told(report, f"unknown_word.{one}") for one in ("kind", "channel"))
    assert kinds is not None and channels is not None and not report.refused
    assert (kinds.rows, kinds.kept, kinds.detail) == (2, 2, "words: Webinar (2)")
    assert (channels.rows, channels.detail) == (3, "words: fax (2), pigeon (1)")


def directed(folder: Path, rows: list[tuple[str, Any]], name: str = "way") -> Settings:
    """One customer after the other was in touch by a kind of contact, and a column says which way it went."""
    written: list[Row] = [
        (f"c{place}", f"2026-01-{place + 1:02}", "phone", kind, way)
        for place, (kind, way) in enumerate(rows)
    ]
    write_table(folder / "contacts.parquet", written, (*TOUCHED[:4], name))
    mapping = {"source": "contacts.parquet", "columns": {**CONTACTS, "direction": name}}
    return settings_from({"tables": {"contacts": mapping}}, folder=folder)


def test_a_contact_has_the_direction_its_row_says(tmp_path: Path) -> None:
    said = [
        "INBOUND",
        "Outbound",
        "eingehend",
        "Ausgehend",
        "entrant",
        "sortant",
        "in",
        "OUT",
        "received",
    ]
    pack = packed(directed(tmp_path, [("call", one) for one in said]))
    assert words_of(pack, "contacts", "direction") == [
        *["inbound", "outbound"] * 4,
        "inbound",
    ]


def test_a_contact_whose_row_says_no_direction_has_that_of_its_kind(tmp_path: Path) -> None:
    kinds = ["visit", "Beschwerde", "NPS", "call", "letter", "Inbound call", "quote", "Webinar"]
    by_kind = [*["inbound"] * 3, *["outbound"] * 2, *["inbound"] * 2, "outbound"]
    blank = packed(directed(tmp_path, [(one, None) for one in kinds]))
    unmapped = packed(contacts(tmp_path, [("phone", one) for one in kinds]))
    assert words_of(blank, "contacts", "direction") == by_kind
    assert words_of(unmapped, "contacts", "direction") == by_kind
    assert blank.digest == unmapped.digest


@pytest.mark.parametrize(
    ("name", "yes"),
    [("is_outbound", "outbound"), ("Eingehend", "inbound"), ("IsIncoming", "inbound")],
)
def test_yes_and_no_are_understood_where_the_name_says_the_direction(
    tmp_path: Path, name: str, yes: str
) -> None:
    no = "inbound" if yes == "outbound" else "outbound"
    pack = packed(directed(tmp_path, [("call", True), ("call", False), ("visit", None)], name))
    assert words_of(pack, "contacts", "direction") == [yes, no, "inbound"]


def test_a_direction_nobody_knows_is_noted_word_by_word_and_stays(tmp_path: Path) -> None:
    settings = directed(tmp_path, [("call", "Internal"), ("call", "Internal"), ("visit", "in")])
    found = told(check(settings), "unknown_word.direction")
    assert found is not None and found.severity is Severity.NOTES
    assert (found.rows, found.detail) == (2, "words: Internal (2)")
    assert "neither as inbound nor as outbound" in found.becomes
    assert words_of(packed(settings), "contacts", "direction") == [
        "Internal",
        "Internal",
        "inbound",
    ]
    flags = told(check(directed(tmp_path, [("call", True)], "flag")), "unknown_word.direction")
    assert flags is not None and flags.detail == "words: true (1)"


def test_a_kind_nobody_knows_is_said_to_count_as_made_by_the_company(tmp_path: Path) -> None:
    found = told(check(contacts(tmp_path, [("web", "Webinar")])), "unknown_word.kind")
    assert found is not None and "counts as outbound" in found.advice


def test_a_column_of_many_texts_is_not_told_text_by_text(tmp_path: Path) -> None:
    for texts, detail in ((12, "words: "), (13, "13 different words"), (101, "")):
        settings = contacts(tmp_path, [("web", f"person {at:03}") for at in range(texts)][:28])
        rows = [(f"c{at}", "2026-01-01", "web", f"person {at:03}", None) for at in range(texts)]
        write_table(tmp_path / "contacts.parquet", rows, TOUCHED)
        found = told(check(settings), "unknown_word.kind")
        assert found is not None and found.detail.startswith(detail)
        assert ("person" in found.detail) is (texts == 12)
        assert bool(found.detail) is (texts < 101)


def test_settlements_without_a_complaint_are_said(tmp_path: Path) -> None:
    settled = {"resolved_at": "CAST(settled AS TIMESTAMP)"}
    for kind, is_said in (("visit", True), ("R\u00e9clamation", False)):
        report = check(contacts(tmp_path, [("web", kind)], **settled))
        found = told(report, "never_said.kind.complaint")
        assert (found is not None) is is_said
        if found is not None:
            assert found.advice.endswith("kind = \"CASE WHEN … THEN 'complaint' ELSE … END\".")
    assert told(check(contacts(tmp_path, [("web", "visit")])), "never_said.kind.complaint") is None


def test_words_of_later_files_are_counted_with_those_of_earlier_ones(tmp_path: Path) -> None:
    settings = exposures(tmp_path, ["treated", "treated"])
    many = settings_from(
        {
            "tables": {
                "exposures": {"source": "exposures*.parquet", "columns": {**ARMS, "arm": "arm"}}
            }
        },
        folder=tmp_path,
    )
    workspace = Workspace(tmp_path / "ws")
    first = ingest(many, workspace).store.manifest.report["breaches"]
    assert [one["rule"] for one in first] == ["never_said.arm.control"]
    write_table(tmp_path / "exposures2.parquet", [("z", "TEN", "2026-03-01", "Holdout")], EXPOSED)
    second = ingest(many, workspace).store
    assert second.manifest.report["breaches"] == []
    assert words_of(second.pack(), "exposures", "arm") == ["treated", "treated", "control"]
    assert settings.tables
