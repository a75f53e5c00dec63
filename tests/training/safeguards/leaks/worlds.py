"""Companies whose truth is known: what drives the outcome is known beforehand, and what is planted is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from features.plan.plan import standard_plan
from features.store.pack import Attributes, Pack
from features.vectors.vectors import build_vectors
from features.vocabulary.arrays import MISSING_CODE, MISSING_NUMBER
from features.vocabulary.time import DAY_SECONDS, Cutoff
from tests.builders import Contact, Event, contact, order, pack_of
from training.datasets.dataset import Dataset
from training.learners.usable import usable_features
from training.safeguards.leaks.columns import read_columns
from training.safeguards.leaks.report import LeakReport, look_for_leaks

CUSTOMERS = 1_200
CUTOFF = Cutoff(20_000 * DAY_SECONDS)
Draw = np.random.Generator
Numbers = np.ndarray


@dataclass(frozen=True)
class Honest:
    """A company before anything is planted: its histories, its attributes, and what came of everybody."""

    histories: dict[str, list[Event]]
    attributes: Attributes
    outcomes: Numbers
    generator: Draw

    def columns(self) -> dict[str, Numbers]:
        return dict(self.attributes.columns)

    def with_numbers(self, name: str, values: Numbers) -> Pack:
        """The company with one more number a customer; NaN is missing."""
        stored = np.where(np.isnan(values), 0.0, np.round(values * 1000)).astype(np.int64)
        column = np.where(np.isnan(values), MISSING_NUMBER, stored)
        return self._declared(
            Attributes(self.columns() | {f"{name}_milli": column}, self.attributes.dictionaries)
        )

    def with_texts(self, name: str, codes: Numbers, texts: list[str]) -> Pack:
        """The company with one more text a customer; -1 is missing."""
        return self._declared(
            Attributes(
                self.columns() | {name: codes.astype(np.int64)},
                {**self.attributes.dictionaries, name: texts},
            )
        )

    def with_flag(self, name: str, values: Numbers) -> Pack:
        """The company with one more flag a customer; -1 is missing."""
        return self._declared(
            Attributes(
                self.columns() | {name: values.astype(np.int64)}, self.attributes.dictionaries
            )
        )

    def with_instant(self, name: str, days_before: Numbers) -> Pack:
        """The company with one more instant a customer, so many days before the cutoff; below 0 after it."""
        known = ~np.isnan(days_before)
        seconds = CUTOFF.seconds - np.where(known, days_before, 0.0) * DAY_SECONDS
        column = np.where(known, seconds.astype(np.int64), MISSING_NUMBER)
        return self._declared(
            Attributes(self.columns() | {f"{name}_seconds": column}, self.attributes.dictionaries)
        )

    def with_contacts(self, more: Callable[[int], list[Contact]]) -> Pack:
        """The company with more contacts of each customer by their number."""
        histories = {
            name: [*events, *more(key)] for key, (name, events) in enumerate(self.histories.items())
        }
        return replace(pack_of(histories), attributes=self.attributes)

    def as_it_is(self) -> Pack:
        return self._declared(self.attributes)

    def _declared(self, attributes: Attributes) -> Pack:
        return replace(_packed(self.seed), attributes=attributes)

    seed: int = 0


@cache
def _packed(seed: int) -> Pack:
    return pack_of(_histories(seed))


def _histories(seed: int) -> dict[str, list[Event]]:
    draw = np.random.default_rng(seed)
    found: dict[str, list[Event]] = {}
    for key in range(CUSTOMERS):
        eager = draw.gamma(2.0, 1.0)
        events: list[Event] = []
        for days in draw.uniform(0.1, 300, draw.poisson(1.0 + eager)):
            events.append(order(_before(days), float(np.round(draw.gamma(2.0, 15.0), 2)) + 1.0))
        for days in draw.uniform(0.1, 300, draw.poisson(0.5 * eager)):
            events.append(contact(_before(days), "visit" if draw.random() < 0.7 else "inquiry"))
        found[f"c{key:05d}"] = events
    return found


def _before(days: float) -> int:
    return CUTOFF.seconds - int(days * DAY_SECONDS)


def company(seed: int, *, strong: float = 1.5, base: float = -1.0) -> Honest:
    """Orders, visits and attributes that drive the outcome; ``strong`` is what one attribute adds a deviation."""
    histories, draw = _histories(seed % 4), np.random.default_rng([seed, 7])
    orders = np.array(
        [sum(not isinstance(one, Contact) for one in all) for all in histories.values()]
    )
    habit = (orders - orders.mean()) / orders.std()
    related = draw.uniform(-0.5, 0.8)
    drive = related * habit + np.sqrt(1 - related**2) * draw.normal(size=CUSTOMERS)
    region = draw.integers(0, 5, CUSTOMERS)
    income = draw.normal(size=CUSTOMERS)
    odds = base - 0.8 * habit + strong * drive + 0.5 * (region == 2) + 0.3 * income
    outcomes = (draw.random(CUSTOMERS) < 1.0 / (1.0 + np.exp(-odds))).astype(np.float64)
    known = draw.random(CUSTOMERS) < 1.0 / (1.0 + np.exp(habit - 1.0))
    attributes = Attributes(
        {
            "region": region.astype(np.int64),
            "income_milli": np.where(known, np.round(income * 1000), MISSING_NUMBER).astype(
                np.int64
            ),
            "tariff_milli": np.round(drive * 1000).astype(np.int64),
            "yearly": (drive + draw.normal(size=CUSTOMERS) > 0).astype(np.int64),
            "signed_seconds": (
                CUTOFF.seconds - draw.integers(1, 900, CUSTOMERS) * DAY_SECONDS
            ).astype(np.int64),
        },
        {"region": ["east", "north", "south", "west", "centre"]},
    )
    return Honest(histories, attributes, outcomes, draw, seed % 4)


def report_of(
    pack: Pack,
    outcomes: Numbers,
    known_before: dict[str, str] | None = None,
    *,
    own_table: str = "outcomes",
    own_columns: Sequence[str] = (),
) -> LeakReport:
    """What a training would say of such a company."""
    plan = standard_plan(pack)
    vectors = build_vectors(pack, plan, [CUTOFF], threads=1)
    came = outcomes[vectors.customer_keys]
    usable = usable_features(Dataset(vectors, came)).names
    return look_for_leaks(
        vectors,
        came,
        read_columns(plan.declarations, pack, usable),
        known_before or {},
        model_reads=usable,
        own_table=own_table,
        own_columns=own_columns,
        happened=("left", "stayed"),
    )


Plant = Callable[[Honest], Pack]


def _contacts(chance: tuple[float, float], kind: str) -> Plant:
    """Contacts of theirs written into the past for those who left and those who stayed, by these chances."""

    def plant(one: Honest) -> Pack:
        drawn = one.generator.random(CUSTOMERS)
        days = one.generator.uniform(1, 60, CUSTOMERS)
        return one.with_contacts(
            lambda key: (
                [contact(_before(days[key]), kind, direction="inbound")]
                if drawn[key] < chance[int(one.outcomes[key] == 0)]
                else []
            )
        )

    return plant


def _scores(apart: float) -> Plant:
    """A survey everybody answers, dated before the outcome and answered after it."""

    def plant(one: Honest) -> Pack:
        noise = one.generator.normal(size=CUSTOMERS)
        days = one.generator.uniform(1, 60, CUSTOMERS)
        return one.with_contacts(
            lambda key: [
                contact(
                    _before(days[key]),
                    "survey",
                    score=float(round(5 + noise[key] - apart * one.outcomes[key], 2)),
                )
            ]
        )

    return plant


def _noisy(apart: float) -> Plant:
    return lambda one: one.with_numbers(
        "final_bill", apart * one.outcomes + one.generator.normal(size=CUSTOMERS)
    )


def _flipped(share: float) -> Plant:
    return lambda one: one.with_flag(
        "closed", np.abs(one.outcomes - (one.generator.random(CUSTOMERS) < share))
    )


def _kept_for(side: float, share: float) -> Plant:
    """A number that is there for a share of one side and for nobody else."""

    def plant(one: Honest) -> Pack:
        there = (one.outcomes == side) & (one.generator.random(CUSTOMERS) < share)
        return one.with_numbers(
            "refund", np.where(there, one.generator.gamma(2, 9, CUSTOMERS), np.nan)
        )

    return plant


def _lost_for(side: float, share: float) -> Plant:
    """A number that is missing for a share of one side and there for everybody else."""

    def plant(one: Honest) -> Pack:
        lost = (one.outcomes == side) & (one.generator.random(CUSTOMERS) < share)
        return one.with_numbers(
            "next_bill", np.where(lost, np.nan, one.generator.gamma(2, 9, CUSTOMERS))
        )

    return plant


def _reason(one: Honest) -> Pack:
    codes = np.where(one.outcomes == 1, one.generator.integers(0, 3, CUSTOMERS), MISSING_CODE)
    return one.with_texts("why_left", codes, ["moved", "price", "service"])


def _status(one: Honest) -> Pack:
    left, stayed = one.generator.integers(1, 4, CUSTOMERS), one.generator.integers(0, 3, CUSTOMERS)
    codes = np.where(one.outcomes == 1, left, stayed)
    return one.with_texts("status", codes, ["active", "dormant", "in review", "terminated"])


def _last_seen(one: Honest) -> Pack:
    gone = one.generator.exponential(20, CUSTOMERS)
    return one.with_instant("last_seen", np.where(one.outcomes == 1, gone, -gone))


def _handled(one: Honest) -> Pack:
    late = one.generator.normal(np.where(one.outcomes == 1, 20, 60), 15)
    return one.with_instant("handled", np.maximum(late, 1))


def _win_back(one: Honest) -> Pack:
    wrong = one.generator.random(CUSTOMERS) < 0.04
    mailed = (one.outcomes == 1) ^ wrong
    return one.with_instant(
        "win_back_mail", np.where(mailed, one.generator.uniform(1, 9, CUSTOMERS), np.nan)
    )


def _folded(one: Honest) -> Pack:
    far = one.generator.choice([-1.0, 1.0], CUSTOMERS) * (2.5 - 2.0 * one.outcomes)
    return one.with_numbers("balance", far + 0.6 * one.generator.normal(size=CUSTOMERS))


def _skewed(one: Honest) -> Pack:
    return one.with_numbers(
        "fee", np.exp(1.6 * one.outcomes + one.generator.normal(size=CUSTOMERS))
    )


PLANTED: dict[str, tuple[str, Plant]] = {
    "the outcome itself": ("closed", _flipped(0.0)),
    "a flag wrong for one in twenty": ("closed", _flipped(0.05)),
    "a flag wrong for one in eight": ("closed", _flipped(0.12)),
    "a number far apart": ("final_bill", _noisy(3.0)),
    "a number two deviations apart": ("final_bill", _noisy(2.0)),
    "a noisy number": ("final_bill", _noisy(1.5)),
    "a very noisy number": ("final_bill", _noisy(1.2)),
    "a skewed amount": ("fee", _skewed),
    "a number far from the middle": ("balance", _folded),
    "a reason of those who left": ("why_left", _reason),
    "a status that overlaps": ("status", _status),
    "a refund of some who left": ("refund", _kept_for(1.0, 0.4)),
    "a number of half of those who stayed": ("refund", _kept_for(0.0, 0.5)),
    "a bill that half of those who left have no more": ("next_bill", _lost_for(1.0, 0.5)),
    "when they were last seen": ("last_seen", _last_seen),
    "when their case was handled": ("handled", _handled),
    "a mail to win them back": ("win_back_mail", _win_back),
    "a farewell call of nearly all who left": ("contacts.kind", _contacts((0.95, 0.02), "farewell")),
    "a farewell call of a third who left": ("contacts.kind", _contacts((0.35, 0.0), "farewell")),
    "a survey answered afterwards": ("contacts.score", _scores(2.0)),
}  # fmt: skip
"""Twenty ways in which the outcome gets into a table, with the column it is found in."""
