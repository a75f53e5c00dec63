"""One company's year: every month the product, the rules and one who knows the truth decide, each in a company of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from experiments.bench.year.arms import (
    COST_CENTS,
    MONTH_DAYS,
    RANKED_SHARE,
    Arm,
    by_rule,
    by_scores,
    by_truth,
    truly_stay,
)
from experiments.bench.year.known import RULES, KnownToday
from experiments.bench.year.past import add_exposures, with_past
from experiments.bench.year.product import Product, StartedList
from experiments.world import WorldSpec
from experiments.world.answering.actions_taken import KINDS
from experiments.world.answering.company import FutureCompany
from experiments.world.answering.prospects import Prospects
from features.vocabulary.arrays import Ints
from features.vocabulary.time import DAY_SECONDS, Cutoff

HISTORY_DAYS, WINDOW_DAYS = 1_095, 90
AFTER_DAYS = 365
"""Money counts until so many days after the year."""
BY_SCORES, BY_A_YEAR, BY_STATUS = (
    "scores, without a lot",
    "scores, value over a year",
    "scores, value over a year and true effects by status",
)
"""What the product's own arithmetic would do with more and more of what is true, to tell what it lacks."""
CONTAMINATED = 0.03
HOLD_OUT_PERCENT = 10


@dataclass(frozen=True)
class YearTerms:
    """How large a company is, how many months are lived, and how often its models are trained anew."""

    customers: int
    months: int = 12
    train_every: int = 3

    def spec(self, seed: int) -> WorldSpec:
        """A company whose calendar reaches until the last campaign can be measured; an order every second month, as in the demo."""
        days = HISTORY_DAYS + self.months * MONTH_DAYS + WINDOW_DAYS
        return WorldSpec(
            customers=self.customers,
            seed=seed,
            days=days,
            lines_per_customer=25.0 * days / 365,
            start="2021-01-01",
        )


@dataclass(frozen=True)
class MeasuredMonth:
    """What the product said a month's campaign brought, from and to, beside the truth; in customers who bought because of it, and net in cents."""

    name: str
    bought: tuple[float, float, float]
    bought_truly: float
    net_cents: tuple[float, float, float]
    net_truly_cents: float

    @property
    def holds(self) -> bool:
        """Whether the interval of the net holds the truth."""
        return self.net_cents[1] <= self.net_truly_cents <= self.net_cents[2]


@dataclass
class YearLived:
    """All arms of one company, the months that were measured, and how many campaigns could not be."""

    seed: int
    arms: dict[str, Arm]
    measured: list[MeasuredMonth] = field(default_factory=list)
    budget_cents: int = 0

    @property
    def product(self) -> Arm:
        """The product's arm."""
        return self.arms["product"]

    @property
    def knows(self) -> Arm:
        """The arm of one who knows every true effect."""
        return self.arms["knows"]

    @property
    def best_rule(self) -> Arm:
        """The rule that brought most, with the kind of contact that suits it best."""
        rules = [one for name, one in self.arms.items() if name.split(", ")[0] in RULES]
        return max(rules, key=lambda one: one.year_cents)


def year_of(
    terms: YearTerms, seed: int, folder: Path, say: Callable[[str], None] = print
) -> YearLived:
    """Live one year; the product works in ``folder``."""
    spec = terms.spec(seed)
    future = FutureCompany(spec)
    days = [HISTORY_DAYS + MONTH_DAYS * month for month in range(terms.months)]
    end = days[-1] + MONTH_DAYS + AFTER_DAYS
    prospects = Prospects(future, end, days)
    company, past = with_past(future, folder / "product", HISTORY_DAYS, seed)
    arms = {"product": Arm("product", company)}
    names = [
        "knows",
        BY_SCORES,
        BY_A_YEAR,
        BY_STATUS,
        *(f"{rule}, {kind}" for rule in RULES for kind in KINDS),
    ]
    arms |= {name: Arm(name, company.another(folder / name)) for name in names}
    found = YearLived(seed, arms)
    product = _ProductsYear(Product(folder / "product"), arms["product"], prospects, past, found)
    for month in range(terms.months + WINDOW_DAYS // MONTH_DAYS):
        product.ingest(train=month < terms.months and month % terms.train_every == 0)
        product.measure(month - WINDOW_DAYS // MONTH_DAYS)
        if month < terms.months:
            cutoff = Cutoff(spec.first.seconds + company.day * DAY_SECONDS)
            product.product.score()
            known = KnownToday.of(folder / "product", cutoff.seconds, seed * 100 + month)
            if not found.budget_cents:
                found.budget_cents = round(RANKED_SHARE * len(known.numbers)) * COST_CENTS["call"]
            _others_act(found, prospects, known)
            product.act(month, cutoff)
            say(_month_line(found, month))
        for name, arm in arms.items():
            if name != "product" and month < terms.months:
                arm.company.pass_days(MONTH_DAYS)
        if month < terms.months + WINDOW_DAYS // MONTH_DAYS - 1:
            company.pass_days(MONTH_DAYS)
    return found


def _others_act(found: YearLived, prospects: Prospects, known: KnownToday) -> None:
    """Rules and the one who knows decide for a month."""
    for name, arm in found.arms.items():
        if name != "product":
            arm.act(prospects, *_chosen(arm, prospects, known, found.budget_cents))


def _chosen(
    arm: Arm, prospects: Prospects, known: KnownToday, budget_cents: float
) -> tuple[Ints, Ints]:
    """Whom an arm contacts this month, and how."""
    if arm.name == "knows":
        return by_truth(arm, prospects, known, budget_cents)
    rule, kind = arm.name.split(", ")
    if rule in RULES:
        return by_rule(arm, rule, kind, known, budget_cents)
    assert known.scored is not None
    scored = known.scored if arm.name == BY_SCORES else known.scored.over_a_year()
    if arm.name == BY_STATUS:
        scored = scored.keeping(truly_stay(arm, prospects, known))
    return by_scores(arm, known, scored, budget_cents)


def _month_line(found: YearLived, month: int) -> str:
    best = found.best_rule
    told = [
        f"{arm.name} {arm.contacts[-1]:,} contacts {arm.net_cents[-1] / 100:,.0f}"
        for arm in (found.product, best, found.knows)
    ]
    return f"  {found.seed}, month {month + 1}: " + "; ".join(told)


@dataclass
class _ProductsYear:
    """What the product does month by month, and what is true of it."""

    product: Product
    arm: Arm
    prospects: Prospects
    past: Any
    found: YearLived
    started: dict[int, tuple[StartedList, float, float]] = field(default_factory=dict)

    def ingest(self, *, train: bool) -> None:
        """Take in the tables as they are today, with everything ever drawn by lot, and train by them."""
        self.arm.company.write()
        drawn = [self.past]
        if self.started:
            drawn.append(self.product.exposures())
        add_exposures(self.product.folder, drawn)
        self.product.ingest()
        if train:
            self.product.train()

    def act(self, month: int, cutoff: Cutoff) -> None:
        """Start a campaign within the budget and contact whom it names; three of a hundred go otherwise than the lot had it."""
        started = self.product.start(
            f"Month {month + 1}", cutoff, self.found.budget_cents, HOLD_OUT_PERCENT
        )
        nobody = np.zeros(0, np.int64)
        if started is None:
            self.arm.act(self.prospects, nobody, nobody)
            return
        self.started[month] = (started, *self._truth(started))
        random = np.random.default_rng((self.found.seed, month))
        reached = random.random(len(started.contacted)) >= CONTAMINATED
        anyway = random.random(len(started.held_out)) < CONTAMINATED
        self.product.report(started, reached)
        self.arm.act(
            self.prospects,
            np.concatenate([started.contacted[reached], started.held_out[anyway]]),
            np.concatenate([started.kinds[reached], started.held_out_kinds[anyway]]),
        )

    def _truth(self, started: StartedList) -> tuple[float, float]:
        """Customers who buy in the window because of the campaign and what that nets, as assigned."""
        bought, net = 0.0, 0.0
        for place, kind in enumerate(KINDS):
            rows = np.flatnonzero(started.kinds == place)
            rows = rows[np.argsort(started.contacted[rows])]
            if len(rows):
                more = self._more_buy(kind, started.contacted[rows])
                bought += float(more.sum())
                net += float(more @ started.if_kept_cents[rows]) - COST_CENTS[kind] * len(rows)
        return bought, net

    def _more_buy(self, kind: str, numbers: Ints) -> Any:
        company = self.arm.company
        with_contact = self.prospects.buys(company, kind, WINDOW_DAYS, numbers)
        return with_contact - self.prospects.buys(company, None, WINDOW_DAYS, numbers)

    def measure(self, month: int) -> None:
        """Let the product say what a month's campaign brought, where its hold-out could tell."""
        if month not in self.started:
            return
        started, bought, net = self.started[month]
        if not started.is_measurable:
            return
        said = self.product.measure(started.name)
        self.found.measured.append(
            MeasuredMonth(
                started.name, _three(said["bought"]), bought, _three(said["net_cents"]), net
            )
        )


def _three(said: dict[str, float]) -> tuple[float, float, float]:
    return said["mean"], said["low"], said["high"]
