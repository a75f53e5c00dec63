"""The last paragraph of a check: what was understood, in figures a shop owner knows by heart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from features.checks.figures import (
    FileAccount,
    MonthOfPurchases,
    TableSummary,
    joined_records,
)

_WIDTH = 40
MOST_BARS = 36
"""More months than these are drawn by the year."""
_LEFT_OUT = {
    "not_selected": "not selected by `where`",
    "set_aside": "set aside",
    "repeated": "repeating another",
    "refused": "that could not be read",
}


def check_paragraph(
    summaries: Sequence[TableSummary], currency: str, timezone: str = "UTC"
) -> list[str]:
    """From when to when, how many customers, orders and how much money, and what was left out.

    Where no line says what was paid, the months are told in orders.
    """
    for one in summaries:
        if one.purchases is not None and one.purchases.rows:
            return ["", *_purchases(one, currency, timezone)]
    return []


def _purchases(summary: TableSummary, currency: str, timezone: str) -> list[str]:
    found = summary.purchases
    assert found is not None
    between = (
        f"from {_day(found.first, timezone)} to {_day(found.last, timezone)}"
        if found.first is not None and found.last is not None
        else "without a date"
    )
    knows_money = any(one.cents for one in found.by_month)
    share = (
        ""
        if found.largest_share is None
        else f"; {100 * found.largest_share:.1f} % of it from the five largest customers"
    )
    alone = found.orders - found.orders_bought
    returns = f" ({alone:,} of them without anything bought)" if alone else ""
    return [
        f"  Your purchases as they were understood, {between}:",
        f"  {_many(found.customers, 'customer')}, {_many(found.orders, 'order')}{returns}, "
        f"{_many(found.rows, 'line')}, {found.pieces:,.10g} pieces of {_many(found.items, 'item')}.",
        f"  {_money(found.cents)} {currency} in all{share}."
        if knows_money
        else "  No line says what was paid, so nothing is told of money anywhere; orders by month:",
        "",
        *(_bars(found.by_month, currency) if knows_money else _bars_of_orders(found.by_month)),
        "",
        f"  {_left_out([one for one in summary.records if not one.joined])}",
        "  If a figure is not what you know it to be, a column is read wrongly: correct regulars.toml.",
        "",
    ]


def _bars(months: Sequence[MonthOfPurchases], currency: str) -> list[str]:
    return _drawn({one.month: one.cents for one in months}, _money, currency)


def _bars_of_orders(months: Sequence[MonthOfPurchases]) -> list[str]:
    return _drawn({one.month: one.orders for one in months}, "{:,}".format, "orders")


def _drawn(by_month: Mapping[str, int], said: Callable[[int], str], unit: str) -> list[str]:
    """A line with a bar a month, or a year where the months are many."""
    amounts = dict(by_month)
    span = _span(min(amounts), max(amounts))
    if len(span) > MOST_BARS:
        years = range(int(span[0][:4]), int(span[-1][:4]) + 1)
        amounts = {
            str(year): sum(one for name, one in by_month.items() if name.startswith(f"{year}-"))
            for year in years
        }
        span = list(amounts)
    most = max(amounts.values())
    wide = max(len(said(one)) for one in (*amounts.values(), 0))
    return [
        f"  {name}  {said(amounts.get(name, 0)):>{wide}} {unit}  "
        f"{_bar(amounts.get(name, 0), most)}".rstrip()
        for name in span
    ]


def _span(first: str, last: str) -> list[str]:
    """All months from one to another, those without purchases too."""
    numbers = [int(one[:4]) * 12 + int(one[5:]) - 1 for one in (first, last)]
    return [f"{one // 12:04d}-{one % 12 + 1:02d}" for one in range(numbers[0], numbers[1] + 1)]


def _bar(cents: int, most: int) -> str:
    if cents <= 0 or most <= 0:
        return ""
    return "█" * max(1, round(_WIDTH * cents / most))


def _left_out(records: Sequence[FileAccount]) -> str:
    total = joined_records(records)
    parts = [f"{total[name]:,} {said}" for name, said in _LEFT_OUT.items() if total[name]]
    files = _many(len(records), "file")
    if not parts:
        return f"Nothing was left out of the {_many(total['in_file'], 'row')} in {files}."
    left = total["in_file"] - total["kept"]
    return f"Left out: {left:,} of the {_many(total['in_file'], 'row')} in {files}: {', '.join(parts)}."


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _money(cents: int) -> str:
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}.{rest:02d}"


def _day(seconds: int, timezone: str) -> str:
    day = datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(timezone))
    return f"{day.day} {day:%B %Y}"
