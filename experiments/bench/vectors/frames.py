"""The same features by polars and by pandas, each in the way that suits it.

polars runs one lazy query on its streaming engine: tiles by customer and day, conditional sums, one
grouping a key. pandas sums every line once into its customer and band of age and adds the bands up,
which spares it a pass a window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.bench.vectors.company import CODED
from experiments.bench.vectors.facts import MeasuredFact, evaluate, facts_of, fixed_conditions
from experiments.bench.vectors.sql import code_of
from features.declarations.events import Events
from features.plan.plan import Plan

_BY = "customer_key"
_MERGE = {"last": "max", "first": "min"}


def _column(name: str) -> str:
    return f"{name}_code" if name in CODED else name


def _met(events: Events, of: Any) -> Any:
    """The conditions of some events over the columns ``of`` gives; None when there are none."""
    met = None
    for one in fixed_conditions(events):
        column = of(_column(one.column))
        value = code_of(one.value) if isinstance(one.value, str) else one.value
        tests = {
            "<": column.__lt__, "<=": column.__le__, "=": column.__eq__,
            "!=": column.__ne__, ">=": column.__ge__, ">": column.__gt__,
        }  # fmt: skip
        test = tests[one.comparison](value)
        met = test if met is None else met & test
    return met


def write_by_polars(folder: Path, plan: Plan, cutoff: int) -> None:
    """Compute the features of a plan at a midnight with polars and write them as Parquet."""
    import polars as pl

    facts = facts_of(plan.declarations, cutoff)
    names = {fact: f"f{number}" for number, fact in enumerate(facts)}
    lines = pl.scan_parquet(folder / "lines.parquet").filter(pl.col("seconds") < cutoff)
    lines = lines.with_columns(age=((cutoff - 1 - pl.col("seconds")) // 86_400).cast(pl.Int32))
    table = _polars_tile(pl, lines, facts, names)
    keyed = [fact for fact in facts if fact.operation == "distinct"]
    for key in sorted({fact.column for fact in keyed}):
        of_key = [fact for fact in keyed if fact.column == key]
        gaps = [fact for fact in facts if fact.operation == "gap"] if key == "local_day" else []
        for more in _polars_keyed(pl, lines, key, of_key, gaps, names):
            table = table.join(more, on=_BY, how="left")
    engine = _Polars(pl, names)
    columns = [
        evaluate(one.value, engine, cutoff).cast(pl.Float32).alias(one.feature.name)
        for one in plan.declarations
    ]
    found = table.select(_BY, *columns).collect(engine="streaming")
    found.write_parquet(folder / "polars.parquet", compression="zstd", compression_level=1)


def _polars_tile(
    pl: Any, lines: Any, facts: Sequence[MeasuredFact], names: Mapping[MeasuredFact, str]
) -> Any:
    tiled: dict[tuple[Events, str, str], str] = {}
    inner, outer = [], []
    for fact in facts:
        if fact.operation in ("distinct", "gap"):
            continue
        merge = _MERGE.get(fact.operation, fact.operation)
        alias = tiled.get((fact.events, merge, fact.column))
        if alias is None:
            alias = tiled[fact.events, merge, fact.column] = f"t{len(tiled)}"
            what = pl.col(fact.column) if fact.column else pl.lit(1, pl.Int64)
            met = _met(fact.events, pl.col)
            chosen = what if met is None else pl.when(met).then(what)
            inner.append(getattr(chosen, merge)().alias(alias))
        value = pl.col(alias)
        if fact.days is not None:
            value = pl.when(pl.col("age") < fact.days).then(value)
        outer.append(getattr(value, merge)().alias(names[fact]))
    return lines.group_by(_BY, "age").agg(inner).group_by(_BY).agg(outer)


def _polars_keyed(
    pl: Any,
    lines: Any,
    key: str,
    facts: Sequence[MeasuredFact],
    gaps: Sequence[MeasuredFact],
    names: Mapping[MeasuredFact, str],
) -> list[Any]:
    wheres = list(dict.fromkeys(fact.events for fact in facts))
    ages = [
        pl.when(_met(events, pl.col)).then(pl.col("age")).min().alias(f"a{place}")
        for place, events in enumerate(wheres)
    ]
    grouped = lines.group_by(_BY, _column(key)).agg(ages)
    counts = []
    for fact in facts:
        age = pl.col(f"a{wheres.index(fact.events)}")
        within = age.is_not_null() if fact.days is None else age < fact.days
        counts.append(within.sum().cast(pl.Int64).alias(names[fact]))
    tables = [grouped.group_by(_BY).agg(counts)]
    if gaps:
        bought = pl.col(f"a{wheres.index(gaps[0].events)}").is_not_null()
        steps = (
            grouped.filter(bought)
            .select(_BY, _column(key))
            .sort(_BY, _column(key))
            .with_columns(g=pl.when(pl.col(_BY) == pl.col(_BY).shift()).then(pl.col(key).diff()))
            .filter(pl.col("g").is_not_null())
        )
        g = pl.col("g")
        by_name = {
            "mean": g.mean(), "sd": g.std(), "max": g.max(), "last1": g.last(),
            "last2": g.slice(-2, 1).first(), "last3": g.slice(-3, 1).first(),
            "recent": g.tail(3).mean(),
        }  # fmt: skip
        for back, name in ((2, "last2"), (3, "last3")):
            by_name[name] = pl.when(pl.len() >= back).then(by_name[name])
        statistics = [by_name[fact.column].alias(names[fact]) for fact in gaps]
        tables.append(steps.group_by(_BY, maintain_order=True).agg(statistics))
    return tables


class _Polars:
    def __init__(self, pl: Any, names: Mapping[MeasuredFact, str]) -> None:
        self.pl, self.names = pl, names

    def fact(self, fact: MeasuredFact) -> Any:
        column = self.pl.col(self.names[fact])
        return column.fill_null(0) if fact.operation in ("sum", "distinct") else column

    def ratio(self, above: Any, below: Any) -> Any:
        return self.pl.when(below != 0).then(above / below)

    def positive(self, value: Any) -> Any:
        return (value > 0).cast(self.pl.Int32)


def write_by_pandas(folder: Path, plan: Plan, cutoff: int) -> None:
    """Compute the features of a plan at a midnight with pandas and write them as Parquet."""
    import pandas as pd

    facts = facts_of(plan.declarations, cutoff)
    lines = pd.read_parquet(folder / "lines.parquet")
    lines = lines[lines["seconds"] < cutoff]
    edges = sorted({fact.days for fact in facts if fact.days is not None})
    age = (cutoff - 1 - lines["seconds"].to_numpy()) // 86_400
    lines = lines.assign(band=np.searchsorted(edges, age, side="right").astype(np.int8))
    people = lines[_BY].unique()  # sorted, as the file is
    columns: dict[MeasuredFact, Any] = {}
    for events in dict.fromkeys(fact.events for fact in facts):
        _pandas_events(pd, lines, events, people, edges, facts, columns)
    engine = _Pandas(columns)
    found = {_BY: people}
    with np.errstate(divide="ignore", invalid="ignore"):
        for one in plan.declarations:
            found[one.feature.name] = np.asarray(evaluate(one.value, engine, cutoff), np.float32)
    pd.DataFrame(found).to_parquet(folder / "pandas.parquet", compression="zstd")


def _pandas_events(
    pd: Any,
    lines: Any,
    events: Events,
    people: Any,
    edges: Sequence[int],
    facts: Sequence[MeasuredFact],
    columns: dict[MeasuredFact, Any],
) -> None:
    """All facts over one kind of event: one grouping for sums and maxima, one a key."""
    wanted = [fact for fact in facts if fact.events == events]
    met = _met(events, lines.__getitem__)
    chosen = lines if met is None else lines[met]

    def by_window(grouped: Any, merge: str, empty: float) -> dict[int | None, Any]:
        """A grouping by customer and band, added up into windows; the last is the whole past."""
        wide = grouped.unstack("band").reindex(index=people, columns=range(len(edges) + 1))
        bands = wide.to_numpy(np.float64)
        if merge == "max":
            upto = np.fmax.accumulate(bands, axis=1)
        else:
            upto = np.nan_to_num(bands, nan=empty).cumsum(axis=1)
        return {days: upto[:, place] for place, days in enumerate([*edges, None])}

    groups = chosen.groupby([_BY, "band"], sort=True)
    sums = [fact for fact in wanted if fact.operation == "sum"]
    for name in dict.fromkeys(fact.column for fact in sums):
        windows = by_window(groups[name].sum() if name else groups.size(), "sum", 0.0)
        columns |= {fact: windows[fact.days] for fact in sums if fact.column == name}
    largest = [fact for fact in wanted if fact.operation == "max"]
    for name in dict.fromkeys(fact.column for fact in largest):
        windows = by_window(groups[name].max(), "max", np.nan)
        columns |= {fact: windows[fact.days] for fact in largest if fact.column == name}
    distinct = [fact for fact in wanted if fact.operation == "distinct"]
    for key in dict.fromkeys(fact.column for fact in distinct):
        # The file is in order of time, so the last of a key is its latest.
        latest = chosen[[_BY, _column(key), "band"]].drop_duplicates(
            [_BY, _column(key)], keep="last"
        )
        windows = by_window(latest.groupby([_BY, "band"]).size(), "sum", 0.0)
        columns |= {fact: windows[fact.days] for fact in distinct if fact.column == key}
    seconds = chosen.groupby(_BY)["seconds"]
    for fact in wanted:
        if fact.operation in ("first", "last"):
            taken = seconds.min() if fact.operation == "first" else seconds.max()
            columns[fact] = taken.reindex(people).to_numpy(np.float64)
    if gaps := [fact for fact in wanted if fact.operation == "gap"]:
        columns |= _pandas_gaps(chosen, people, gaps)


def _pandas_gaps(chosen: Any, people: Any, gaps: Sequence[MeasuredFact]) -> dict[MeasuredFact, Any]:
    days = chosen[[_BY, "local_day"]].drop_duplicates()
    days = days.assign(g=days["local_day"].diff().where(days[_BY] == days[_BY].shift()))
    days = days[days["g"].notna()]
    back = days.groupby(_BY).cumcount(ascending=False)
    g = days.groupby(_BY)["g"]
    found = {}
    for fact in gaps:
        if fact.column in ("mean", "max"):
            taken = getattr(g, fact.column)()
        elif fact.column == "sd":
            taken = g.std()
        elif fact.column == "recent":
            taken = days[back < 3].groupby(_BY)["g"].mean()
        else:
            taken = days[back == int(fact.column[-1]) - 1].set_index(_BY)["g"]
        found[fact] = taken.reindex(people).to_numpy(np.float64)
    return found


class _Pandas:
    def __init__(self, columns: Mapping[MeasuredFact, Any]) -> None:
        self.columns = columns

    def fact(self, fact: MeasuredFact) -> Any:
        return self.columns[fact]

    def ratio(self, above: Any, below: Any) -> Any:
        return np.where(below == 0, np.nan, above / below)

    def positive(self, value: Any) -> Any:
        return (value > 0).astype(np.float64)
