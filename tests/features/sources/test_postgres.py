"""A table, a view and a query of a real Postgres: read by the rules that files are read by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from features.checks.breaches import CheckReport
from features.checks.checking import check
from features.company.settings.reading import settings_from
from tests.real_postgres import running_postgres

COLUMNS = {
    "customer_id": "client",
    "order_id": "number",
    "ordered_at": "placed",
    "item_id": "article",
    "quantity": "pieces",
    "amount": "total",
}
SHOP = """
    CREATE TABLE sales (
        client text, number numeric, placed timestamptz, article uuid, pieces bigint, total numeric(12, 2),
        told text, gross text, day date, shown timestamp, paid boolean, extra jsonb);
    INSERT INTO sales VALUES
        (' 0012', 1001, '2026-01-14 00:30:00+02', '00000000-0000-0000-0000-00000000000a', 1, 1234.50,
         '14.01.2026 00:30', '1.234,50', '2026-01-14', '2026-01-14 00:30', true, '{"gift": 1}'),
        ('0012 ', 1001, '2026-01-14 00:30:00+02', '00000000-0000-0000-0000-00000000000b', 2, 10.00,
         '14.01.2026 00:30', '10,00', '2026-01-14', '2026-01-14 00:30', true, NULL),
        ('13', 1002, '2026-07-15 10:00:00+02', '00000000-0000-0000-0000-00000000000a', 1, 0.05,
         '15.07.2026 10:00', '0,05', '2026-07-15', '2026-07-15 10:00', false, NULL),
        ('13', 1003, '2026-07-16 10:00:00+02', '00000000-0000-0000-0000-00000000000a', -1, -0.05,
         '16.07.2026 10:00', '-0,05', '2026-07-16', '2026-07-16 10:00', NULL, NULL);
    CREATE VIEW bought AS SELECT * FROM sales WHERE pieces > 0;
    CREATE TABLE hidden (client text);
    CREATE ROLE reader LOGIN PASSWORD 'rightly';
    GRANT SELECT ON sales, bought TO reader;
"""
RIGHT = (4, 2, 3, 124_450)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The address of a Postgres with a small shop, whose reader needs a password."""
    with running_postgres() as address:
        engine = sqlalchemy.create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            (settings,) = connection.execute(sqlalchemy.text("SHOW hba_file")).one()
            connection.execute(sqlalchemy.text(SHOP))
            path = Path(settings)
            trusting = path.read_text(encoding="utf-8")
            path.write_text(f"local all reader scram-sha-256\n{trusting}", encoding="utf-8")
            connection.execute(sqlalchemy.text("SELECT pg_reload_conf()"))
        engine.dispose()
        yield address


def checked(source: str, **mapping: Any) -> CheckReport:
    table = {"source": source, "columns": COLUMNS, "timezone": "Europe/Berlin", **mapping}
    return check(settings_from({"tables": {"purchases": table}}, folder=Path()))


def figures(report: CheckReport) -> tuple[int, int, int, int]:
    assert not report.refused, report.breaches
    (summary,) = report.summaries
    assert summary.purchases is not None
    bought = summary.purchases
    return bought.rows, bought.customers, bought.orders, bought.cents


@pytest.mark.parametrize(
    "what",
    [
        "sales",
        "public.sales",
        "select * from sales",
        "with s as (select * from sales) select * from s",
    ],
)
def test_a_table_and_a_query_are_read_with_ids_money_and_instants(postgres: str, what: str) -> None:
    report = checked(f"{postgres}#{what}")
    assert figures(report) == RIGHT
    assert report.of("purchases").first_seconds == 1_768_343_400


def test_a_view_is_read(postgres: str) -> None:
    assert figures(checked(f"{postgres}#bought"))[0] == 3


def test_dates_and_amounts_in_texts_are_read_as_those_of_a_file(postgres: str) -> None:
    columns = {**COLUMNS, "ordered_at": "told", "amount": "gross"}
    report = checked(f"{postgres}#sales", columns=columns)
    assert figures(report) == RIGHT
    # Half past midnight by the clocks of Berlin.
    assert report.of("purchases").first_seconds == 1_768_347_000


def test_what_reads_in_two_ways_is_asked_in_a_database_too(postgres: str) -> None:
    low = "select client, number, article, pieces, total, '0' || (1 + abs(pieces)) || '/04/2026' as placed from sales"
    report = checked(f"{postgres}#{low}")
    assert report.refused
    assert 'date_format = "%d/%m/%Y"' in str(report.breaches)
    assert not checked(f"{postgres}#{low}", date_format="%d/%m/%Y").refused


@pytest.mark.parametrize(("placed", "first"), [("day", 1_768_345_200), ("shown", 1_768_347_000)])
def test_days_and_clocks_without_a_zone_are_those_of_the_table(
    postgres: str, placed: str, first: int
) -> None:
    report = checked(f"{postgres}#sales", columns={**COLUMNS, "ordered_at": placed})
    assert report.of("purchases").first_seconds == first


def reader(postgres: str, password: str, what: str = "sales") -> str:
    return postgres.replace("regulars@", f"reader:{password}@") + f"#{what}"


def test_a_user_who_may_only_read_is_enough(postgres: str) -> None:
    assert figures(checked(reader(postgres, "rightly"))) == RIGHT


@pytest.mark.parametrize(
    ("password", "what", "found"),
    [
        ("wr0ngly", "sales", "password authentication failed"),
        ("rightly", "hidden", "permission denied"),
        ("rightly", "sale", "no such table"),
        ("rightly", "select nothing from sales", "does not exist"),
        ("rightly", "delete from sales", "no such table"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence_without_the_password(
    postgres: str, password: str, what: str, found: str
) -> None:
    (fault,) = checked(reader(postgres, password, what)).breaches
    assert found in str(fault)
    assert password not in str(fault)


def test_a_server_that_does_not_answer_is_told_in_a_sentence(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="the driver comes with the extra postgres")
    (fault,) = checked(f"postgresql://anna:s3cret@/shop?host={tmp_path}#sales").breaches
    assert "s3cret" not in str(fault)
    assert "rows from postgresql://anna:***@" in str(fault)


@pytest.mark.parametrize("value", ["'infinity'", "'0044-03-15 BC'"])
def test_an_instant_that_no_calendar_here_has_is_told_in_a_sentence(
    postgres: str, value: str
) -> None:
    query = (
        f"select client, number, article, pieces, total, {value}::timestamptz as placed from sales"
    )
    report = checked(f"{postgres}#{query}")
    assert report.refused
