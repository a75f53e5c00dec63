"""The last paragraph of a check says in plain figures what was understood."""

from __future__ import annotations

from dataclasses import replace

from features.checks.figures import FileAccount, MonthOfPurchases, PurchaseSummary, TableSummary
from regulars.check_paragraph import MOST_BARS, check_paragraph

MONTHS = (
    MonthOfPurchases("2021-12", 3, 2, 200_000),
    MonthOfPurchases("2022-01", 1, 1, 50),
    MonthOfPurchases("2022-03", 2, 1, -5_000),
)
BOUGHT = PurchaseSummary(
    rows=1_006,
    customers=1,
    orders=4,
    orders_bought=4,
    cents=195_050,
    pieces=12.5,
    items=2,
    # 2021-12-31 23:30 and 2022-03-02 00:00 UTC
    first=1640993400,
    last=1646179200,
    by_month=MONTHS,
    largest_share=0.255,
)
FILES = (
    FileAccount("a.csv", 1_010, 1_000, 2, 3, refused=4, not_selected=1),
    FileAccount("b.csv", 6, 6, 0, 0),
)


def told(bought: PurchaseSummary = BOUGHT, files: tuple[FileAccount, ...] = FILES) -> list[str]:
    table = TableSummary("purchases", bought.rows, 1, bought.first, bought.last, files, bought)
    return check_paragraph([table], "EUR", "Europe/Berlin")


def test_all_figures_stand_in_the_paragraph_and_a_month_without_purchases_shows_as_a_gap() -> None:
    assert told() == [
        "",
        "  Your purchases as they were understood, from 1 January 2022 to 2 March 2022:",
        "  1 customer, 4 orders, 1,006 lines, 12.5 pieces of 2 items.",
        "  1,950.50 EUR in all; 25.5 % of it from the five largest customers.",
        "",
        "  2021-12  2,000.00 EUR  " + "█" * 40,
        "  2022-01      0.50 EUR  █",
        "  2022-02      0.00 EUR",
        "  2022-03    -50.00 EUR",
        "",
        "  Left out: 10 of the 1,016 rows in 2 files: 1 not selected by `where`, 2 set aside, "
        "3 repeating another, 4 that could not be read.",
        "  If a figure is not what you know it to be, a column is read wrongly: correct regulars.toml.",
        "",
    ]


def test_where_nothing_was_left_out_and_nobody_brings_a_share_it_says_so() -> None:
    lines = told(replace(BOUGHT, orders_bought=3, largest_share=None), FILES[1:])
    assert "1 customer, 4 orders (1 of them without anything bought), 1,006 lines" in lines[2]
    assert "  1,950.50 EUR in all." in lines
    assert "  Nothing was left out of the 6 rows in 1 file." in lines


def test_more_months_than_fit_are_drawn_by_the_year() -> None:
    on = (MONTHS[0], replace(MONTHS[1], month="2024-11"))
    over = (MONTHS[0], replace(MONTHS[1], month="2024-12"))
    assert MOST_BARS == 36
    assert sum(" EUR  " in line for line in told(replace(BOUGHT, by_month=on))) == 2
    assert any(line.startswith("  2024-11 ") for line in told(replace(BOUGHT, by_month=on)))
    lines = told(replace(BOUGHT, by_month=over))
    assert [line[2:6] for line in lines if " EUR" in line and "█" in line] == ["2021", "2024"]
    assert [line.split()[0] for line in lines[5:9]] == ["2021", "2022", "2023", "2024"]


def test_there_is_no_paragraph_without_purchases() -> None:
    assert check_paragraph([], "EUR") == []
    assert check_paragraph([TableSummary("contracts", 3, 1, 1, 2, FILES)], "EUR") == []
    assert told(replace(BOUGHT, rows=0)) == []
