"""Monitoring: how often a quiet week alarms, how many shifts are found in their first week, and whether broken feeds are named.

Quiet weeks are lived by simulated companies without seasons, and by others with a strong December, a hole in summer and a moving
Easter, looked at week by week through a model that one of each kind trained. Shifts are planted into one week's input at a
strength that is measured on many customers and then drawn anew for few, with no year before it and with a year that would
explain them if it could. Feeds are broken in a company's files, which are ingested again. ``SIZE=small`` lives a tenth of it.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from experiments.bench.claims import Claim, Stopwatch, arguments, conclude
from experiments.world import WorldSpec, simulate
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.store.store import open_store
from features.vectors.refresh import natural_cutoff
from serving.nightly.monitoring.judged_weeks import WEEKS_BEFORE, JudgedWeeks
from serving.nightly.monitoring.look import look, shifts_of
from training.families.churn.bundle import Bundle, current_bundle
from training.families.churn.family import CHURN_FAMILY
from training.measures.monitoring.feeds import feed_breaks
from training.measures.monitoring.stability import bin_edges, binned, shifts, stability_index
from training.recipe.recipe import train

CUSTOMERS, DAYS, LINES = 2_000, 900, 30.0
SEASONAL: Mapping[str, Any] = {
    "customers": 3_000,
    "days": 1_267,
    "lines_per_customer": 42.0,
    "season_strength": 1.0,
}
"""Until June: the last twenty weeks have an Easter, and the last fifty every season."""
JUDGED = 1_000
"""So many judged customers a company of the planted shifts has."""
INDEX = 0.25
"""The least stability index of a planted shift, on many customers."""


def company(folder: Path, seed: int, *, is_seasonal: bool) -> Path:
    """The settings of a company with seasons or without, its tables in its store."""
    spec = WorldSpec(customers=CUSTOMERS, lines_per_customer=LINES, days=DAYS, seed=seed)
    if is_seasonal:
        spec = replace(spec, **SEASONAL)
    simulate(spec, folder)
    settings = load_settings(folder / "regulars.toml")
    ingest(settings, Workspace(settings.workspace_folder))
    return folder / "regulars.toml"


def trained(settings_path: Path) -> Bundle:
    """The model a company trains."""
    settings = load_settings(settings_path)
    workspace = Workspace(settings.workspace_folder)
    train(CHURN_FAMILY, settings, workspace)
    return current_bundle(workspace)


@dataclass
class QuietWeeks:
    """How many weeks were looked at, and how many of them alarmed."""

    weeks: int = 0
    alarms: int = 0
    columns: int = 0

    def live(self, settings_path: Path, bundle: Bundle, weeks: int) -> NDArray[np.float32]:
        """Look at the last weeks of a company; answers the inputs of everybody judged in the first of them."""
        store = open_store(Workspace(load_settings(settings_path).workspace_folder))
        through = JudgedWeeks(bundle, store)
        end = natural_cutoff(store.manifest.last_known_seconds)
        judged = through.ending(end, before=weeks + WEEKS_BEFORE - 1)
        for last in range(WEEKS_BEFORE, len(judged)):
            inputs, scores = shifts_of(through, judged[last - WEEKS_BEFORE : last + 1])
            found = [one.name for one in (*inputs, *scores) if one.is_alarm]
            breaks = feed_breaks(store.pack(), judged[last].cutoff.seconds)
            said = [*found, *(f"{one.table} {one.word} {one.kind}" for one in breaks)]
            if said:
                print(f"  alarm in a quiet week, {judged[last].cutoff}: {', '.join(said)}")
            self.alarms += bool(said)
            self.weeks += 1
            self.columns = len(inputs) + len(scores)
        return judged[0].inputs


Change = Callable[[NDArray[np.float32], float, np.random.Generator], NDArray[np.float32]]


def _scaled(column: NDArray[np.float32], strength: float, _: object) -> NDArray[np.float32]:
    """Another unit: cents for euros, or the other way round."""
    return np.asarray(column * np.float32(1.0 + 4.0 * strength), np.float32)


def _moved(column: NDArray[np.float32], strength: float, _: object) -> NDArray[np.float32]:
    """Everybody further on by so many spreads."""
    spread = max(float(np.nanstd(column)), 1e-6)
    return np.asarray(column + np.float32(2.0 * strength * spread), np.float32)


def _missing(
    column: NDArray[np.float32], strength: float, generator: np.random.Generator
) -> NDArray[np.float32]:
    """A share of the customers without a value."""
    return np.where(generator.random(len(column)) < strength, np.float32(np.nan), column)


def _constant(
    column: NDArray[np.float32], strength: float, generator: np.random.Generator
) -> NDArray[np.float32]:
    """A share of the customers with the commonest value."""
    values, counts = np.unique(column[~np.isnan(column)], return_counts=True)
    commonest = values[np.argmax(counts)]
    return np.where(generator.random(len(column)) < strength, commonest, column)


CHANGES: tuple[Change, ...] = (_scaled, _moved, _missing, _constant)


def planted_shifts(
    pool: NDArray[np.float32], count: int, columns: int, *, years: int = 0
) -> tuple[int, list[float]]:
    """How many of so many shifts are found in their first week, and the index of each on many customers.

    A company has ``JUDGED`` customers drawn anew every week, so that its weeks are more apart than those of people who stay. With
    ``years`` so many stretches of a year ago, in which nothing moved, may explain the shift.
    """
    generator, found, indices = np.random.default_rng(5), 0, list[float]()
    while len(indices) < count:
        column = pool[:, generator.integers(pool.shape[1])]
        change = CHANGES[generator.integers(len(CHANGES))]
        strength = _strength(column, change)
        if strength is None:
            continue
        many = generator.choice(column, 100_000)
        indices.append(_index(change(many, strength, generator), many))
        weeks = [generator.choice(column, JUDGED)[:, None] for _ in range(WEEKS_BEFORE + 1)]
        weeks[-1] = change(weeks[-1][:, 0], strength, generator)[:, None]
        before = [
            [generator.choice(column, JUDGED)[:, None] for _ in range(WEEKS_BEFORE + 1)]
            for _ in range(years)
        ]
        [shift] = shifts(["planted"], weeks, compared=columns, years_before=before)
        found += shift.is_alarm
    return found, indices


def _strength(column: NDArray[np.float32], change: Change) -> float | None:
    """The least strength of a change that makes an index of ``INDEX``; None where none does, or any goes far beyond."""
    many = np.random.default_rng(1).choice(column, 100_000)
    for strength in np.linspace(0.02, 1.0, 50):
        index = _index(change(many, float(strength), np.random.default_rng(2)), many)
        if index >= INDEX:
            return float(strength) if index <= 2 * INDEX else None
    return None


def _index(now: NDArray[np.float32], before: NDArray[np.float32]) -> float:
    edges = bin_edges(before)
    return stability_index(binned(now, edges), binned(before, edges))


Breaks = Mapping[str, tuple[str, Callable[[pa.Table, "CompanyFiles"], pa.Table], tuple[str, str]]]


@dataclass(frozen=True)
class CompanyFiles:
    """A company whose feeds are broken one at a time: where its files lie and when its week begins."""

    folder: Path
    week: datetime

    def this_week(self, table: pa.Table, time: str) -> pa.Array:
        """Which rows of a table are of the last seven days."""
        return pc.greater_equal(table[time].cast(pa.timestamp("us", "UTC")), pa.scalar(self.week))

    def without(self, table: pa.Table, time: str, column: str = "", word: str = "") -> pa.Table:
        """A table without the rows of this week, or without those that have one word in a column."""
        gone = self.this_week(table, time)
        if column:
            gone = pc.and_(gone, pc.fill_null(pc.equal(table[column], word), False))
        return table.filter(pc.invert(gone))


def _thinned(table: pa.Table, rows: pa.Array, share: float) -> pa.Table:
    """A table with a share of some of its rows."""
    lot = np.random.default_rng(3).random(len(table)) < share
    return table.filter(pc.or_(pc.invert(rows), pa.array(lot)))


def _doubled(table: pa.Table, here: CompanyFiles) -> pa.Table:
    extra = table.filter(here.this_week(table, "ordered_at"))
    again = [pc.binary_join_element_wise(extra["order_id"], suffix, "-") for suffix in ("b", "c")]
    place = table.schema.get_field_index("order_id")
    more = [extra.set_column(place, table.schema.field(place), one) for one in again]
    return pa.concat_tables([table, *more])


def _emptied(table: pa.Table, here: CompanyFiles) -> pa.Table:
    place = table.schema.get_field_index("channel")
    nothing = pa.scalar(None, table.schema.field(place).type)
    channel = pc.if_else(here.this_week(table, "ordered_at"), nothing, table["channel"])
    return table.set_column(place, table.schema.field(place).with_nullable(True), channel)


def _month_lost(table: pa.Table, here: CompanyFiles) -> pa.Table:
    when = table["contacted_at"].cast(pa.timestamp("us", "UTC"))
    first = here.week - timedelta(days=200)
    inside = pc.and_(
        pc.greater_equal(when, pa.scalar(first)),
        pc.less(when, pa.scalar(first + timedelta(days=30))),
    )
    return table.filter(pc.invert(inside))


BREAKS: Breaks = {
    "no purchases": (
        "purchases", lambda table, here: here.without(table, "ordered_at"), ("stopped", "purchases"),
    ),
    "no contacts": (
        "contacts", lambda table, here: here.without(table, "contacted_at"), ("stopped", "contacts"),
    ),
    "no orders of the web": (
        "purchases", lambda table, here: here.without(table, "ordered_at", "channel", "web"),
        ("stopped", 'purchases.channel "web"'),
    ),
    "no orders by phone": (
        "purchases", lambda table, here: here.without(table, "ordered_at", "channel", "phone"),
        ("stopped", 'purchases.channel "phone"'),
    ),
    "no inquiries": (
        "contacts", lambda table, here: here.without(table, "contacted_at", "kind", "inquiry"),
        ("stopped", 'contacts.kind "inquiry"'),
    ),
    "no contacts by mail": (
        "contacts", lambda table, here: here.without(table, "contacted_at", "channel", "email"),
        ("stopped", 'contacts.channel "email"'),
    ),
    "a fifth of the contacts": (
        "contacts", lambda table, here: _thinned(table, here.this_week(table, "contacted_at"), 0.2),
        ("fell", "contacts"),
    ),
    "every order three times": ("purchases", _doubled, ("rose", "purchases")),
    "orders without a channel": ("purchases", _emptied, ("emptied", "purchases.channel")),
    "half of the file of purchases": (
        "purchases", lambda table, here: table.slice(len(table) // 2), ("shrank", "purchases"),
    ),
    "a third of the customers": (
        "customers", lambda table, here: table.slice(len(table) // 3), ("shrank", "customers"),
    ),
    "a month of contacts": ("contacts", _month_lost, ("shrank", "contacts")),
}  # fmt: skip
"""What is broken in which table, and the kind and the subject an alarm must have to name it."""


def broken_feeds(folder: Path, settings_path: Path) -> int:
    """How many of the breaks are named by the look after them."""
    named = 0
    for number, (name, (table, change, (kind, about))) in enumerate(BREAKS.items()):
        place = folder / f"broken{number}"
        shutil.copytree(settings_path.parent, place)
        settings = load_settings(place / "regulars.toml")
        workspace = Workspace(settings.workspace_folder)
        shutil.rmtree(workspace.bundles, ignore_errors=True)
        ingest(settings, workspace)
        end = natural_cutoff(open_store(workspace).manifest.last_known_seconds)
        before, _ = look(workspace, as_of=end.plus_days(1))
        week = datetime.fromtimestamp(end.plus_days(-7).seconds, UTC)
        file = place / f"{table}.parquet"
        pq.write_table(change(pq.read_table(file), CompanyFiles(place, week)), file)
        ingest(settings, workspace)
        found, _ = look(workspace, as_of=end.plus_days(1))
        alarms = [(one["kind"], one["about"]) for one in found["alarms"]]
        is_named = any(one == kind and what.startswith(about) for one, what in alarms)
        print(f"  {name}: {'named' if is_named else 'NOT NAMED'}", *_sentences(found))
        if before["alarms"]:
            print("  before it:", *_sentences(before))
        named += is_named and not before["alarms"]
        shutil.rmtree(place)
    return named


def _sentences(found: Mapping[str, object]) -> list[str]:
    alarms = found["alarms"]
    assert isinstance(alarms, list)
    return [f"\n      {one['sentence']}" for one in alarms]


def lived(
    folder: Path, companies: int, weeks: int, *, is_seasonal: bool
) -> tuple[QuietWeeks, NDArray[np.float32], Path]:
    """The quiet weeks of so many companies, the inputs of their customers, and the settings of the first."""
    kind = "seasonal" if is_seasonal else "steady"
    first = company(folder / f"{kind}0", 21, is_seasonal=is_seasonal)
    print(f"Training on the first {kind} company.", flush=True)
    bundle = trained(first)
    quiet = QuietWeeks()
    pools = [quiet.live(first, bundle, weeks)]
    for number in range(1, companies):
        other = company(folder / f"{kind}{number}", 21 + number, is_seasonal=is_seasonal)
        pools.append(quiet.live(other, bundle, weeks))
    print(f"{quiet.weeks} quiet {kind} weeks, {quiet.columns} columns each.", flush=True)
    return quiet, np.concatenate(pools), first


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("monitoring")
    companies, weeks, planted = (1, 20, 20) if given.is_small else (4, 50, 100)
    claims = []
    with tempfile.TemporaryDirectory() as scratch, Stopwatch() as watch:
        for is_seasonal in (False, True):
            quiet, pool, first = lived(Path(scratch), companies, weeks, is_seasonal=is_seasonal)
            years = int(is_seasonal)
            found, indices = planted_shifts(pool, planted, quiet.columns, years=years)
            print(
                f"{planted} shifts of index {min(indices):.2f} to {max(indices):.2f}.", flush=True
            )
            named = broken_feeds(Path(scratch), first)
            kind = ", with seasons" if is_seasonal else ""
            claims += _claims(kind, quiet, planted, found, named)
    print(f"{watch.wall_seconds:.0f} s, {watch.cpu_seconds:.0f} s of CPU.")
    return conclude("monitoring", claims, given)


def _claims(kind: str, quiet: QuietWeeks, planted: int, found: int, named: int) -> list[Claim]:
    weeks, most, breaks = quiet.weeks, quiet.weeks // 100, len(BREAKS)
    return [
        Claim(f"quiet weeks of {weeks} that alarm{kind}", quiet.alarms, most, "weeks"),
        Claim(f"planted shifts found{kind}", found, 0.95 * planted, "shifts", "at least"),
        Claim(f"broken feeds of {breaks} named{kind}", named, breaks, "feeds", "at least"),
    ]


if __name__ == "__main__":
    sys.exit(main())
