"""Small companies whose customers have several ids."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from features.checks.breaches import Breach, CheckReport
from features.checks.checking import check
from features.company.settings.reading import Settings, settings_from
from features.vocabulary.time import Cutoff
from tests.features.tables import COLUMNS, SEVEN, Row, write_table

SAME = {"customer_id": "id", "person_id": "person"}


def company(
    folder: Path,
    identities: Sequence[Row],
    *,
    names: Sequence[str] = ("id", "person"),
    bought: Sequence[Row] = SEVEN,
    people: Sequence[Row] = (),
    attribute: str = "region",
    settings: dict[str, Any] | None = None,
    **mapping: Any,
) -> Settings:
    """Purchases with a table of identities, and one of customers where there are ``people``."""
    write_table(folder / "purchases.parquet", bought)
    write_table(folder / "same.parquet", identities, names)
    columns = SAME | {"since": "since"} if "since" in names else SAME
    tables: dict[str, Any] = {
        "purchases": {"source": "purchases.parquet", "columns": COLUMNS},
        "identities": {"source": "same.parquet", "columns": columns, **mapping},
    }
    if people:
        write_table(folder / "people.parquet", people, ("who", "said"))
        told = {"customer_id": "who", attribute: "said"}
        tables["customers"] = {"source": "people.parquet", "columns": told}
    return settings_from({"company": settings or {}, "tables": tables}, folder=folder)


def found(report: CheckReport, rule: str) -> Breach | None:
    """The breach of one rule, None where there is none."""
    return next((one for one in report.breaches if one.rule == rule), None)


def checked(settings: Settings, as_of: str | None = None) -> CheckReport:
    """What a check says of a company."""
    return check(settings, as_of=Cutoff.parse(as_of) if as_of else None, threads=1)
