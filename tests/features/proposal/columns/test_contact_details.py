"""What people are called is found by what companies name it, and is for a person to say whether it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.proposal import propose
from features.store.ingestion import ingest
from features.store.store import open_store
from tests.features.proposal.lines import NAMES, shop
from tests.features.tables import write_table


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("Name",), {"name": '"Name"'}),
        (("Kundenname", "Vorname"), {"name": "Kundenname"}),
        (("Vorname", "Nachname"), {"name": "concat_ws(' ', Vorname, Nachname)"}),
        (("Last name", "First name"), {"name": """concat_ws(' ', "First name", "Last name")"""}),
        (("Nom", "Prénom"), {"name": """concat_ws(' ', "Prénom", Nom)"""}),
        (("Nome", "Cognome"), {"name": "concat_ws(' ', Nome, Cognome)"}),
        (("Vorname",), {"name": "Vorname"}),
        (("Nombre", "Apellidos"), {"name": "concat_ws(' ', Nombre, Apellidos)"}),
        (("surname",), {"name": "surname"}),
        (("E-Mail-Adresse",), {"email": '"E-Mail-Adresse"'}),
        (("email", "name"), {"name": '"name"', "email": "email"}),
        (("Username", "Street name", "Company"), {}),
    ],
)
def test_names_and_addresses_are_found_by_what_companies_call_them(
    tmp_path: Path, names: tuple[str, ...], expected: dict[str, str]
) -> None:
    rows = [(f"K{n}", *(f"{name} {n}" for name in names)) for n in range(9)]
    write_table(tmp_path / "c.parquet", rows, ("Kundennummer", *names))
    (table,) = propose(others={"customers": tmp_path / "c.parquet"}).tables
    assert table.contact_details == expected


def test_what_was_found_stands_as_lines_of_which_one_takes_away_the_mark(tmp_path: Path) -> None:
    lines = shop()
    write_table(
        tmp_path / "p.parquet", [tuple(one[name] for name in NAMES) for one in lines], NAMES
    )
    people = [(f"c{n}", "Eva", f"Müller {n}", f"e{n}@example.com") for n in range(8)]
    write_table(tmp_path / "c.parquet", people, ("customer id", "Vorname", "Nachname", "E-Mail"))
    found = propose(tmp_path / "p.parquet", others={"customers": tmp_path / "c.parquet"})
    written = found.toml(tmp_path)
    settings = tmp_path / "regulars.toml"
    for text, name in ((written, ""), (_unmarked(written), "Eva Müller 3")):
        settings.write_text(text, encoding="utf-8")
        company, workspace = load_settings(settings), Workspace(tmp_path / f"w{bool(name)}")
        ingest(company, workspace)
        assert open_store(workspace).contact_details().find("c3").name == name


def _unmarked(settings: str) -> str:
    return settings.replace("# name = ", "name = ").replace("# email = ", "email = ")


def test_of_a_file_without_them_the_line_says_what_could_be_written(tmp_path: Path) -> None:
    write_table(tmp_path / "c.parquet", [("K1", "North")], ("Kundennummer", "Region"))
    written = propose(others={"customers": tmp_path / "c.parquet"}).toml(tmp_path)
    assert 'name = "…" and email = "…"' in written.replace("\n# ", " ")
