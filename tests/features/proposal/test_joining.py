"""Orders and lines in two files, as shops export them: the draft finds by what they belong together."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from features.checks.checking import check
from features.company.settings.reading import load_settings
from features.proposal import Proposal, propose
from features.vocabulary.errors import UsageRefused

DAY = datetime(2026, 1, 1, 9, 30)


def written(path: Path, names: str, rows: list[str]) -> Path:
    path.write_text("\n".join([names, *rows]) + "\n", encoding="utf-8")
    return path


def lines(folder: Path, names: str = "order_id,order_item_id,product_id,price") -> Path:
    """Thirty orders of one or two lines, of 2.50 and 3.50."""
    rows = [
        f"o{order:03d},{line + 1},p{(order + line) % 7},{2 + line}.50"
        for order in range(30)
        for line in range(1 + order % 2)
    ]
    return written(folder / "lines.csv", names, rows)


def orders(folder: Path, names: str = "order_id,customer_id,order_status,order_date") -> Path:
    rows = [
        f"o{order:03d},c{order:02d},{'canceled' if order in (3, 4) else 'delivered'},"
        f"{DAY + timedelta(days=order, minutes=7)}"
        for order in range(30)
    ]
    return written(folder / "orders.csv", names, rows)


def people(folder: Path) -> Path:
    rows = [f"c{number:02d},{'abcdef'[number % 6]},Ulm" for number in range(30)]
    return written(folder / "people.csv", "customer_id,customer_unique_id,city", rows)


def expressions(proposal: Proposal, table: str = "purchases") -> dict[str, str]:
    (found,) = [one for one in proposal.tables if one.name == table]
    return {one.column: one.expression for one in found.columns}


def test_lines_take_customers_and_days_from_the_orders(tmp_path: Path) -> None:
    proposal = propose(lines(tmp_path), orders=orders(tmp_path))
    assert expressions(proposal) == {
        "customer_id": '"orders.customer_id"',
        "order_id": "order_id",
        "ordered_at": '"orders.order_date"',
        "item_id": "product_id",
        "quantity": "1",
        "amount": "price",
    }
    (join,) = proposal.tables[0].joins
    assert (join.name, join.source.name, join.on, join.key) == (
        "orders",
        "orders.csv",
        "order_id",
        "",
    )
    assert join.reason.startswith("100.0% of the order_id of lines.csv")


def test_the_draft_can_be_checked_as_it_is(tmp_path: Path) -> None:
    proposal = propose(
        lines(tmp_path), orders=orders(tmp_path), others={"customers": people(tmp_path)}
    )
    (tmp_path / "regulars.toml").write_text(proposal.toml(tmp_path), encoding="utf-8")
    report = check(load_settings(tmp_path / "regulars.toml"))
    assert not report.refused
    (bought,) = [one.purchases for one in report.summaries if one.purchases is not None]
    # Orders 3 and 4 are cancelled: one of two lines and one of one.
    assert (bought.customers, bought.orders, bought.rows) == (6, 28, 42)
    assert bought.cents == 28 * 250 + 14 * 350


def test_who_is_the_same_person_is_taken_from_the_file_of_customers(tmp_path: Path) -> None:
    proposal = propose(
        lines(tmp_path), orders=orders(tmp_path), others={"customers": people(tmp_path)}
    )
    assert expressions(proposal)["customer_id"] == '"customers.customer_unique_id"'
    assert expressions(proposal, "customers")["customer_id"] == "customer_unique_id"
    (_, join) = proposal.tables[0].joins
    assert (join.on, join.key) == ("orders.customer_id", "customer_id")


def test_it_is_told_that_no_customer_has_two_orders(tmp_path: Path) -> None:
    proposal = propose(lines(tmp_path), orders=orders(tmp_path))
    (said,) = [one for one in proposal.tables[0].remarks if "nobody comes back" in one]
    assert "--customers" in said


def test_files_given_the_other_way_round_change_places(tmp_path: Path) -> None:
    proposal = propose(orders(tmp_path), orders=lines(tmp_path))
    assert proposal.tables[0].source.name == "lines.csv"
    assert proposal.tables[0].joins[0].source.name == "orders.csv"
    assert "so the lines are the source" in proposal.tables[0].remarks[0]


def test_keys_of_two_names_find_each_other_by_their_values(tmp_path: Path) -> None:
    there = orders(tmp_path, "id,client,state,created_at")
    (join,) = propose(lines(tmp_path), orders=there).tables[0].joins
    assert (join.on, join.key) == ("order_id", "id")


def test_small_numbers_that_meet_by_chance_join_nothing(tmp_path: Path) -> None:
    there = written(
        tmp_path / "steps.csv", "step,day", [f"{one},2026-01-0{one}" for one in (1, 2, 3)]
    )
    proposal = propose(lines(tmp_path), orders=there)
    assert proposal.tables[0].joins == ()
    assert "steps.csv is not used" in proposal.tables[0].remarks[0]
    assert "tables.purchases.columns.ordered_at" in proposal.open


def test_lines_alone_say_what_else_to_give(tmp_path: Path) -> None:
    proposal = propose(lines(tmp_path))
    assert any("--orders ORDERS" in one for one in proposal.tables[0].remarks)


def test_a_total_of_the_orders_is_split_over_lines_without_a_price(tmp_path: Path) -> None:
    rows = [f"o{order:03d},p{line}" for order in range(30) for line in range(1 + order % 3)]
    there = [
        f"o{order:03d},c{order % 6},{DAY + timedelta(days=order)},{10 + order}.00"
        for order in range(30)
    ]
    proposal = propose(
        written(tmp_path / "lines.csv", "order_id,product_id", rows),
        orders=written(tmp_path / "orders.csv", "order_id,customer_id,order_date,total", there),
    )
    assert expressions(proposal)["amount"] == '"orders.total"'
    assert dict(proposal.tables[0].split) == {"orders.total": "order_id"}


def test_orders_without_their_lines_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageRefused, match="--purchases FILE"):
        propose(orders=orders(tmp_path))
