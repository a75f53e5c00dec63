"""The last paragraph of a check: what was understood, in figures a shop owner knows by heart."""

from __future__ import annotations

from collections.abc import Sequence
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
    """From when to when, how many customers, orders and how much money, and what was left out."""
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
        f"  {_money(found.cents)} {currency} in all{share}.",
        "",
        *_bars(found.by_month, currency),
        "",
        f"  {_left_out([one for one in summary.records if not one.joined])}",
        "  If a figure is not what you know it to be, a column is read wrongly: correct regulars.toml.",
        "",
    ]


def _bars(months: Sequence[MonthOfPurchases], currency: str) -> list[str]:
    cents: dict[str, int] = {one.month: one.cents for one in months}
    span = _span(months[0].month, months[-1].month)
    if len(span) > MOST_BARS:
        years = range(int(span[0][:4]), int(span[-1][:4]) + 1)
        cents = {
            str(year): sum(one.cents for one in months if one.month.startswith(f"{year}-"))
            for year in years
        }
        span = list(cents)
    most = max(cents.values())
    wide = max(len(_money(one)) for one in (*cents.values(), 0))
    return [
        f"  {name}  {_money(cents.get(name, 0)):>{wide}} {currency}  "
        f"{_bar(cents.get(name, 0), most)}".rstrip()
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
