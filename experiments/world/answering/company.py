"""A simulated company whose future depends on what is done to its customers: its tables as of a day, and then as of the next."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from experiments.world.answering.actions_taken import KINDS, ActionsTaken
from experiments.world.answering.blocks import AnsweringBlock
from experiments.world.answering.visible import visible
from experiments.world.archive import last_rows
from experiments.world.baskets import basket_mean
from experiments.world.catalogue import SimulatedCatalogue, catalogue_of
from experiments.world.company import PARQUET, SETTINGS, shared_tables
from experiments.world.people import Flags
from experiments.world.spec import BLOCK_CUSTOMERS, WorldSpec, random_stream
from features.company.settings.declared import SETTINGS_FILE
from features.vocabulary.arrays import Ints
from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import DAY_SECONDS


@dataclass(frozen=True)
class StandingToday:
    """Where customers with an order stand at the start of a day, one entry each by number: whether they still come, and their last regular order."""

    number: Ints
    is_here: Flags
    last_day: Ints
    open_from: Ints
    open_until: Ints


class FutureCompany:
    """All customers of a spec whatever is done to them; several companies may share it, each with actions of its own.

    Raises ``UsageRefused`` for a spec with campaigns of contacts: everything that is done is to be said.
    """

    def __init__(self, spec: WorldSpec) -> None:
        if spec.contact_campaigns:
            raise UsageRefused(
                expected="a company that has contacted its customers in no campaign yet",
                found=f"{spec.contact_campaigns} campaigns",
                remedy="Leave contact_campaigns out; contacts are taken day by day.",
            )
        self.spec = spec
        self.catalogue: SimulatedCatalogue = catalogue_of(spec, random_stream(spec, -1, "people"))
        self.mean_lines = basket_mean(spec, self.catalogue)
        self.blocks = [
            AnsweringBlock(spec, block, self.catalogue, self.mean_lines)
            for block in range(spec.blocks)
        ]


class AnsweringCompany:
    """One company in a folder, at the start of ``day``, with all that was done to its customers before."""

    def __init__(self, future: FutureCompany, folder: Path, day: int) -> None:
        self.future, self.spec, self.folder, self.day = future, future.spec, folder, day
        self.taken = ActionsTaken.none()
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / SETTINGS_FILE).exists():
            (folder / SETTINGS_FILE).write_text(SETTINGS, encoding="utf-8")
        for name, table in shared_tables(self.spec, future.catalogue):
            if not name.startswith("truth/"):
                pq.write_table(table, folder / f"{name}.parquet", **PARQUET)
        self._require_calendar(day)

    def another(self, folder: Path) -> AnsweringCompany:
        """The same company in another folder, to go another way from today on."""
        found = AnsweringCompany(self.future, folder, self.day)
        found.taken = self.taken
        return found

    def contact(self, customers: Ints, kind: str) -> None:
        """Contact customers by number today: a call, a letter or an e-mail (``mail``); in whatever order, once each a day."""
        if kind not in KINDS:
            raise UsageRefused(
                expected=f"a contact out of {', '.join(KINDS)}",
                found=f'"{kind}"',
                remedy="Nothing else is known of what it does.",
            )
        count = len(customers)
        if count and (customers.min() < 0 or customers.max() >= self.spec.customers):
            raise UsageRefused(
                expected=f"numbers of customers below {self.spec.customers}",
                found=f"{customers.min()} to {customers.max()}",
                remedy="Name customers of this company.",
            )
        places = np.full(count, KINDS.index(kind))
        made = ActionsTaken(np.asarray(customers, np.int64), np.full(count, self.day), places)
        self.taken = self.taken.and_also(made)
        self.__dict__.pop("left_days", None)

    def step(self, days: int) -> None:
        """Let so many days pass, and write the company's tables as they are then."""
        self.pass_days(days)
        self.write()

    def pass_days(self, days: int) -> None:
        """Let so many days pass, without a look at the tables."""
        self._require_calendar(self.day + days)
        self.day += days

    def write(self) -> None:
        """Write the company's tables as they are at the start of today."""
        until = self.spec.first.seconds + self.day * DAY_SECONDS
        parts = [part for place in range(len(self.future.blocks)) for part in self._tables(place)]
        for name in parts[0]:
            with pq.ParquetWriter(
                self.folder / f"{name}.parquet", parts[0][name].schema, **PARQUET
            ) as file:
                for part in parts:
                    if name in part:
                        table = visible(name, part[name], until)
                        file.write_table(table, row_group_size=max(1, table.num_rows))

    @cached_property
    def left_days(self) -> Ints:
        """The first day on which each customer no longer comes, by number, by what was done so far."""
        return np.concatenate(
            [block.left_days(self._taken(place)) for place, block in enumerate(self.future.blocks)]
        )

    def standing(self) -> StandingToday:
        """Where everybody with an order before today stands."""
        found: list[list[Any]] = []
        for place, block in enumerate(self.future.blocks):
            first = place * BLOCK_CUSTOMERS
            left = self.left_days[first : first + len(block.people)]
            course = block.courses(np.arange(len(block.people)), self._taken(place))
            happened = (course.day < self.day) & (course.day < left[course.person])
            rows = last_rows(course.person, happened)
            who = course.person[rows]
            found.append(
                [
                    who + first,
                    left[who] >= self.day,
                    course.day[rows],
                    course.open_from[rows],
                    course.open_until[rows],
                ]
            )
        return StandingToday(*(np.concatenate(column) for column in zip(*found, strict=True)))

    def _taken(self, block: int) -> ActionsTaken:
        people = self.future.blocks[block].people
        return self.taken.of(np.asarray(people.number))

    def _tables(self, block: int) -> list[dict[str, Any]]:
        return self.future.blocks[block].tables(self._taken(block))

    def _require_calendar(self, day: int) -> None:
        if not 0 < day <= self.spec.days:
            raise UsageRefused(
                expected=f"a day of the simulated calendar, 1 to {self.spec.days}",
                found=str(day),
                remedy="Simulate more days.",
            )
