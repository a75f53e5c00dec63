"""Who said no: nobody but who is known to have, and by each kind of consent apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.company.settings.reading import settings_from
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.store.store import Store
from serving.snapshot.consent import refused_marketing, refused_profiling
from tests.features.tables import COLUMNS

SALES = """order,day,item,quantity,amount,customer
o1,2026-01-01 10:00,tea,1,4.50,anna
o2,2026-01-02 10:00,tea,1,4.50,bert
o3,2026-01-03 10:00,tea,1,4.50,carl
o4,2026-01-04 10:00,tea,1,4.50,dora
o5,2026-01-05 10:00,tea,1,4.50,emil
"""
# Dora is not asked, Emil is not listed, and Zoe never bought and is known all the same.
PEOPLE = """customer,scored,mailed
anna,no,yes
bert,yes,no
carl,no,no
dora,,
zoe,no,no
"""


def stored(folder: Path, **consents: str) -> Store:
    (folder / "sales.csv").write_text(SALES, encoding="utf-8")
    (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
    tables = {"purchases": {"source": "sales.csv", "columns": COLUMNS}}
    if consents:
        people = {"customer_id": "customer", **consents}
        tables["customers"] = {"source": "people.csv", "columns": people}
    return ingest(
        settings_from({"tables": tables}, folder=folder), Workspace(folder / "ws"), threads=1
    ).store


def refused(store: Store) -> tuple[set[str], set[str]]:
    """The numbers of those who refused to be scored, and to be contacted."""
    pack = store.pack()
    both = refused_profiling(store, pack), refused_marketing(store, pack)
    profiling, marketing = ({pack.customer_ids[key] for key in keys.tolist()} for keys in both)
    return profiling, marketing


@pytest.mark.parametrize(
    ("consents", "profiling", "marketing"),
    [
        ({}, set(), set()),
        ({"region": "scored"}, set(), set()),
        ({"profiling_consent": "scored"}, {"anna", "carl", "zoe"}, set()),
        ({"marketing_consent": "mailed"}, set(), {"bert", "carl", "zoe"}),
        (
            {"profiling_consent": "scored", "marketing_consent": "mailed"},
            {"anna", "carl", "zoe"},
            {"bert", "carl", "zoe"},
        ),
    ],
)
def test_who_said_no_is_who_said_so_to_that(
    tmp_path: Path, consents: dict[str, str], profiling: set[str], marketing: set[str]
) -> None:
    assert refused(stored(tmp_path, **consents)) == (profiling, marketing)


def test_who_is_not_among_the_customers_that_are_scored_stands_for_nobody_else(
    tmp_path: Path,
) -> None:
    """Zoe, who never bought, is no customer of a pack that was made before she was listed."""
    for name in ("before", "now"):
        (tmp_path / name).mkdir()
    pack = stored(tmp_path / "before").pack()
    now = stored(tmp_path / "now", profiling_consent="scored", marketing_consent="mailed")
    assert pack.customer_ids.find("zoe") < 0
    names = [
        sorted(pack.customer_ids[key] for key in keys.tolist())
        for keys in (refused_profiling(now, pack), refused_marketing(now, pack))
    ]
    assert names == [["anna", "carl"], ["bert", "carl"]]
