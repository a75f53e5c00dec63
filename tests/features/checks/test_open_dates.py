"""A date that no calendar reaches stands for none: an open end, an unknown day."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.checks.breaches import Severity
from features.checks.checking import check
from features.company.settings.reading import Settings, settings_from
from features.company.workspace import Workspace
from features.store.ingestion import ingest

MISSING_INSTANT = -1
SECOND = {"2099-12-31T23:59:59Z": 4_102_444_799, "1900-01-02T00:00:00Z": -2_208_902_400}


def contracts(
    folder: Path, ends: list[str], expression: str = "CAST(ends AS TIMESTAMP)"
) -> Settings:
    """One contract a customer, each with an end by its text."""
    lines = ["who,number,begins,ends"]
    lines += [f"c{at},k{at},2026-01-0{at + 1},{one}" for at, one in enumerate(ends)]
    (folder / "contracts.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    columns = {"customer_id": "who", "contract_id": "number", "starts_at": "CAST(begins AS DATE)"}
    mapping = {"source": "contracts.csv", "columns": {**columns, "ends_at": expression}}
    return settings_from({"tables": {"contracts": mapping}}, folder=folder)


def ends_of(settings: Settings) -> list[int | None]:
    """The stored ends, customer by customer."""
    pack = ingest(settings, Workspace(settings.folder / "ws")).store.pack()
    ends = pack.streams["contracts"].columns["ends_seconds"].tolist()
    return [None if one == MISSING_INSTANT else one for one in ends]


@pytest.mark.parametrize(
    ("end", "is_open"),
    [
        *[("9999-12-31", True), ("9999-12-31 23:59:59", True), ("2100-01-01T00:00:00Z", True)],
        *[("2099-12-31T23:59:59Z", False), ("1900-01-02T00:00:00Z", False)],
        *[("1900-01-01T23:59:59Z", True), ("1900-01-01", True), ("0001-01-01", True)],
        *[("2026-06-30T00:00:00Z", False), ("1970-01-01T00:00:00Z", False)],
    ],
)
def test_a_date_nobody_lives_to_see_is_no_end(tmp_path: Path, end: str, is_open: bool) -> None:
    settings = contracts(tmp_path, [end, "2026-05-31T00:00:00Z"], "CAST(ends AS TIMESTAMPTZ)")
    found = next((one for one in check(settings).breaches if one.rule == "open.ends_at"), None)
    assert (found is not None) is is_open
    if found is not None:
        assert (found.rows, found.kept, found.severity) == (1, 1, Severity.NOTES)
        assert found.becomes == "kept, without ends_at" and found.sample == ("contract k0",)
    first, second = ends_of(settings)
    assert (first is None) is is_open and second == 1_780_185_600
    assert first == SECOND.get(end, first)


@pytest.mark.parametrize(
    "expression",
    [
        *["CAST(ends AS DATE)", "CAST(ends AS TIMESTAMP)", "CAST(ends AS TIMESTAMPTZ)"],
        "CAST(ends AS VARCHAR)",
    ],
)
@pytest.mark.parametrize("end", ["9999-12-31", "infinity", "-infinity"])
def test_an_open_end_is_an_empty_end_of_whatever_type(
    tmp_path: Path, expression: str, end: str
) -> None:
    (tmp_path / "empty").mkdir()
    stores = [
        ingest(contracts(folder, [written, "2026-05-31"], expression), Workspace(folder / "ws"))
        for folder, written in ((tmp_path, end), (tmp_path / "empty", ""))
    ]
    assert stores[0].store.manifest.digest == stores[1].store.manifest.digest
    report = stores[0].store.manifest.report
    assert [one["rule"] for one in report["breaches"]] == ["open.ends_at"]


def test_an_event_that_never_happened_is_set_aside_as_before(tmp_path: Path) -> None:
    settings = contracts(tmp_path, [""] * 3)
    lines = "who,number,begins,ends\nc0,k0,9999-12-31,\nc1,k1,2026-01-01,\nc2,k2,2026-01-02,\n"
    (tmp_path / "contracts.csv").write_text(lines, encoding="utf-8")
    rules = {one.rule: one.rows for one in check(settings).breaches}
    assert rules == {"implausible.starts_at": 1, "filler.starts_at": 1}
