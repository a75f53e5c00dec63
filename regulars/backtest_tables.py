"""A back-test as it is shown: every cutoff as it would have been lived, how else it could have been, and how models age."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from experiments.backtests.result import Backtest, BacktestCutoff
from experiments.comparisons.differences import AUC, FOUND, LOG_LOSS, PROFIT
from regulars.narrator import Table

_UNKNOWN = "–"


def backtest_tables(found: Backtest, currency: str) -> list[Table]:
    """The cutoffs, the ways to have lived them, and the ages of models where there are any."""
    return list(_tables(found, currency))


def backtest_headline(found: Backtest, currency: str) -> str:
    """What the lists of all cutoffs would have found and brought, and how often it is enough to fit anew."""
    lived = found.policies[0]
    on_list = sum(one.on_list for one in found.cutoffs)
    contacted = sum(one.contacted for one in found.cutoffs)
    said = f"{found.name}: at {len(found.cutoffs)} cutoffs {on_list:,.0f} of {contacted:,} on the lists left"
    if PROFIT in lived.figures:
        said += f", who would have brought {_money(lived.figures[PROFIT])} {currency}"
    return said


def backtest_lines(found: Backtest) -> list[str]:
    """What is counted and what assumed, how often to fit anew, and what is left out."""
    said = [found.said] if found.said else ["No money: nobody knows what a kept customer brings."]
    if found.refit_every == 1:
        said.append("Fitting anew at every cutoff beats doing so less often.")
    elif found.refit_every > 1:
        said.append(
            f"Fitting anew at every {found.refit_every}. cutoff loses nothing here to doing so at every one, beyond "
            "chance or a tie."
        )
    said += [f"{name} is left out: {why}" for name, why in found.failed.items()]
    if found.unwalked:
        said.append(f"the budget ended before {', '.join(found.unwalked)}")
    return [f"  {one}" for one in said]


def _tables(found: Backtest, currency: str) -> Iterator[Table]:
    has_money = PROFIT in found.policies[0].figures
    head = ["cutoff", "by", "judged", "on the list", "of them left", "by the rule", "by lot"]
    money = [f"{currency}", "by the rule", "by lot"] if has_money else []
    yield Table(
        f"As it would have been lived, {found.contact or 'without a contact'}",
        (*head, *money),
        [
            (
                one.cutoff,
                one.rung,
                f"{one.customers:,}",
                f"{one.contacted:,}",
                *(f"{each:,.1f}" for each in _on_lists(one)),
                *(_money(each) for each in _earned(one) if has_money),
            )
            for one in found.cutoffs
        ],
    )
    figures = [one for one in (AUC, LOG_LOSS, FOUND, PROFIT) if one in found.policies[0].figures]
    yield Table(
        "How else: the first line's figures, and how much more each other's are",
        ("way", "fits", *(_TITLES[one] for one in figures)),
        [
            (
                one.name,
                f"{one.fits}",
                *(
                    _difference(name, one.differences[name])
                    if one.differences
                    else _figure(name, one.figures[name])
                    for name in figures
                ),
            )
            for one in found.policies
        ],
    )
    if found.ages:
        yield Table(
            "A model of so many cutoffs ago",
            ("age", "days", "cutoffs", "auc", "fresh", "difference", "came for each expected"),
            [
                (
                    f"{one.age}",
                    f"{one.age_days:.0f}",
                    f"{one.cutoffs}",
                    _figure(AUC, one.auc),
                    _figure(AUC, one.auc_fresh),
                    _difference(AUC, (one.difference, one.low, one.high)),
                    _figure(AUC, one.observed_over_expected),
                )
                for one in found.ages
            ],
        )


_TITLES = {AUC: "auc", LOG_LOSS: "log loss", FOUND: "left on lists", PROFIT: "would have brought"}


def _on_lists(one: BacktestCutoff) -> Sequence[float]:
    return one.on_list, one.on_list_of_rule, one.on_list_by_lot


def _earned(one: BacktestCutoff) -> Sequence[float | None]:
    return one.earned_cents, one.earned_by_rule_cents, one.earned_by_lot_cents


def _difference(figure: str, ends: Sequence[float | None]) -> str:
    middle, low, high = (_figure(figure, one, sign=True) for one in ends)
    return f"{middle} [{low}, {high}]"


def _figure(figure: str, value: float | None, *, sign: bool = False) -> str:
    if figure == PROFIT:
        return _money(value, sign=sign)
    if value is None:
        return _UNKNOWN
    digits = 1 if figure == FOUND else 4
    return f"{value:+,.{digits}f}" if sign else f"{value:,.{digits}f}"


def _money(cents: float | None, *, sign: bool = False) -> str:
    if cents is None:
        return _UNKNOWN
    return f"{cents / 100:+,.0f}" if sign else f"{cents / 100:,.0f}"
