"""Every feature a second time: slow, plain SQL over the raw rows, in CASE form.

Nothing here shares a line with the compiler or the kernel. It reads the declarations, asks each value's
question of the rows that had happened and were known before the cutoff, and groups by customer.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa

from features.declarations.attributes import (
    DeclaredFlag,
    DeclaredNumber,
    DeclaredSince,
    DeclaredText,
)
from features.declarations.buying import Buying, BuyingModel, ExpectedPurchases, NoPurchase
from features.declarations.calendar import TimeOfYear
from features.declarations.events import Condition, Events, Moment
from features.declarations.instants import Elapsed, SinceInstant, UntilInstant
from features.declarations.keyed import Entropy, New, TopShare
from features.declarations.values import (
    Bins,
    Count,
    Difference,
    Distinct,
    Gap,
    Largest,
    Latest,
    Ratio,
    Repeats,
    SinceFirst,
    SinceLast,
    Sum,
    Total,
    Value,
)
from features.plan.plan import Plan
from features.store.pack import Attributes, EventStream, Pack
from features.vocabulary.time import Cutoff, Window
from tests.oracles.buying import alive, expected, silent

DAY = 86_400


def oracle(pack: Pack, plan: Plan, cutoffs: Sequence[Cutoff]) -> dict[str, np.ndarray]:
    """The columns ``customer``, ``cutoff`` and every feature, ordered by customer and cutoff."""
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        # The tables are tiny and the query is wide: planning it well would cost more than running it.
        connection.execute("PRAGMA disable_optimizer")
        instants = sorted({one.seconds for one in cutoffs})
        connection.register("cutoffs", pa.table({"cutoff": pa.array(instants, pa.int64())}))
        for name, stream in pack.streams.items():
            connection.register(f"raw_{name}", _rows(stream))
        connection.register("declared", _declared(pack.attributes, pack.customers))
        query = _Query(plan, sorted(pack.streams)).text()
        found = connection.execute(query).fetchnumpy()
    columns = {
        name: np.ma.filled(np.ma.asarray(column, dtype=np.float64), np.nan)
        for name, column in found.items()
    }
    for one in plan.declarations:
        if isinstance(one.value, Buying):
            model = one.value.model or plan.buying
            assert model is not None
            columns[one.feature.name] = _of_buying(one.value, model, one.feature.name, columns)
    return columns


def _of_buying(
    value: Buying, fitted: BuyingModel, name: str, columns: dict[str, np.ndarray]
) -> np.ndarray:
    """What a model of buying says, by numerical integration over what the SQL found.

    One from beside the plan is told what a vector holds, which is rounded.
    """
    held = np.float64 if value.model is not None else np.float32
    model = (fitted.r, fitted.alpha, fitted.a, fitted.b)
    found = []
    told = [columns[f"{name} {n}"].astype(held).astype(np.float64) for n in range(3)]
    for x, recency, tenure in zip(*told, strict=True):
        last = tenure - recency
        if np.isnan(tenure):
            found.append(np.nan)
        elif isinstance(value, NoPurchase):
            found.append(silent(x, last, tenure, model, value.horizon_days))
        elif isinstance(value, ExpectedPurchases):
            found.append(expected(x, last, tenure, model, value.horizon_days))
        else:
            found.append(alive(x, last, tenure, model) if x else np.nan)
    return np.array(found)


def _rows(stream: EventStream) -> pa.Table:
    """The events as a table of plain values: texts instead of codes, NULL where missing."""
    counts = np.diff(stream.offsets)
    known = stream.seconds if stream.known is None else stream.known
    columns: dict[str, pa.Array] = {
        "customer": pa.array(np.repeat(np.arange(len(counts)), counts)),
        "seconds": pa.array(stream.seconds),
        "known": pa.array(known),
    }
    for name, values in stream.columns.items():
        texts = stream.dictionaries.get(name)
        if texts is None:
            columns[name] = pa.array(values)
        else:
            decoded = [None if code < 0 else texts[code] for code in values.tolist()]
            columns[name] = pa.array(decoded, pa.string())
    return pa.table(columns)


def _declared(attributes: Attributes, customers: int) -> pa.Table:
    """The attributes as a table of plain values; a text too few share is some text, but not NULL."""
    columns: dict[str, pa.Array] = {"customer": pa.array(np.arange(customers))}
    always = np.iinfo(np.int64).min
    known = np.full(customers, always) if attributes.known is None else attributes.known
    columns["declared_known"] = pa.array(known)
    for name, values in attributes.columns.items():
        texts = attributes.dictionaries.get(name)
        if texts is None:
            present = [None if one in (always, -1) else one for one in values.tolist()]
            columns[f"declared_{name}"] = pa.array(present, pa.int64())
        else:
            decoded = {-1: None, -2: "shared by few", **dict(enumerate(texts))}
            columns[f"declared_{name}"] = pa.array([decoded[one] for one in values], pa.string())
    return pa.table(columns)


class _Query:
    def __init__(self, plan: Plan, streams: Sequence[str]) -> None:
        self.aggregates: dict[str, dict[str, str]] = {}
        self.tables: dict[str, str] = {}
        self.columns = [
            f'CAST({self.value(one.value)} AS DOUBLE) AS "{one.feature.name}"'
            for one in plan.declarations
            if not isinstance(one.value, Buying)
        ]
        # What a model of buying is asked for: its repeats, recency and tenure.
        self.columns += [
            f'CAST({self.value(part)} AS DOUBLE) AS "{one.feature.name} {number}"'
            for one in plan.declarations
            if isinstance(one.value, Buying)
            for number, part in enumerate(one.value.parts())
        ]
        self.streams = streams

    def text(self) -> str:
        seen = [
            f"seen_{name} AS (SELECT c.cutoff, r.* FROM raw_{name} r JOIN cutoffs c "
            f"ON r.seconds < c.cutoff AND r.known < c.cutoff)"
            for name in self.streams
        ]
        spine = " UNION ".join(
            f"SELECT DISTINCT customer, cutoff FROM seen_{name}" for name in self.streams
        )
        facts = [
            f"facts_{name} AS (SELECT customer, cutoff, "
            + ", ".join(f"{sql} AS {alias}" for sql, alias in aggregates.items())
            + f" FROM seen_{name} GROUP BY customer, cutoff)"
            for name, aggregates in self.aggregates.items()
        ]
        apart = [f"{alias} AS ({sql})" for sql, alias in self.tables.items()]
        joined = [f"facts_{name}" for name in self.aggregates] + list(self.tables.values())
        return (
            "WITH "
            + ", ".join([*seen, f"spine AS ({spine})", *facts, *apart])
            + " SELECT customer, cutoff, "
            + ", ".join(self.columns)
            + " FROM spine LEFT JOIN declared USING (customer) "
            + " ".join(f"LEFT JOIN {name} USING (customer, cutoff)" for name in joined)
            + " ORDER BY customer, cutoff"
        )

    def value(self, value: Value) -> str:
        """An expression over the joined facts; NULL where the value is missing."""
        match value:
            case Count():
                inside = _and(_met(value.events), _inside(value.window))
                return f"coalesce({self._fact(value.events, f'count(CASE WHEN {inside} THEN 1 END)')}, 0)"
            case Total():
                inside = _and(_met(value.events), _inside(value.window))
                total = f"sum(CASE WHEN {inside} THEN {value.column} END)"
                return f"coalesce({self._fact(value.events, total)}, 0) / {value.per}::DOUBLE"
            case Largest():
                inside = _and(_met(value.events), _inside(value.window))
                largest = f"max(CASE WHEN {inside} THEN {value.column} END)"
                return f"{self._fact(value.events, largest)} / {value.per}::DOUBLE"
            case Distinct():
                inside = _and(_met(value.events), _inside(value.window))
                distinct = f'count(DISTINCT CASE WHEN {inside} THEN "{value.key}" END)'
                return f"coalesce({self._fact(value.events, distinct)}, 0)"
            case New():
                return self._new(value)
            case Entropy() | TopShare():
                return self._mix(value)
            case SinceLast():
                last = f"max(CASE WHEN {_met(value.events)} THEN seconds END)"
                return f"(cutoff - {self._fact(value.events, last)}) / {DAY}::DOUBLE"
            case SinceFirst():
                first = f"min(CASE WHEN {_met(value.events)} THEN seconds END)"
                return f"(cutoff - {self._fact(value.events, first)}) / {DAY}::DOUBLE"
            case Elapsed():
                inside = _and(_met(value.events), _inside(value.window))
                elapsed = f"sum(CASE WHEN {inside} THEN {value.column} - seconds END)"
                return f"coalesce({self._fact(value.events, elapsed)}, 0) / {DAY}::DOUBLE"
            case SinceInstant():
                return f"(cutoff - {self._last_instant(value)}) / {DAY}::DOUBLE"
            case UntilInstant():
                return f"({self._last_instant(value)} - cutoff) / {DAY}::DOUBLE"
            case Latest():
                return self._latest(value)
            case Repeats():
                return f"greatest(({self.value(value.of)}) - 1, 0)"
            case Gap():
                return self._gap(value)
            case Bins():
                return self._bins(value)
            case Ratio():
                above, below = self.value(value.above), self.value(value.below)
                return f"(CASE WHEN ({below}) = 0 THEN NULL ELSE ({above})::DOUBLE / ({below}) END)"
            case Sum():
                return f"(({self.value(value.left)}) + ({self.value(value.right)}))"
            case Difference():
                return f"(({self.value(value.left)}) - ({self.value(value.right)}))"
            case DeclaredSince(column):
                passed = f"(cutoff - declared_{column}) / {DAY}::DOUBLE"
                return _told(f"CASE WHEN declared_{column} < cutoff THEN {passed} END")
            case DeclaredText(column, text):
                return _told(f"CAST(declared_{column} = '{text}' AS DOUBLE)")
            case DeclaredFlag(column):
                return _told(f"declared_{column}")
            case DeclaredNumber(column, least, most):
                number = f"declared_{column} / 1000::DOUBLE"
                number = number if least is None else f"greatest({number}, {least})"
                number = number if most is None else f"least({number}, {most})"
                # greatest() and least() pass over what is missing.
                return _told(f"CASE WHEN declared_{column} IS NOT NULL THEN {number} END")
            case TimeOfYear(turn):
                month = 1 if turn == "january" else 4
                day = "CAST(make_timestamp(cutoff * 1000000) AS DATE)"
                away = [
                    f"abs(date_diff('day', make_date(year({day}) + {years}, {month}, 1), {day}))"
                    for years in (-1, 0, 1)
                ]
                return f"least({', '.join(away)})"
        raise NotImplementedError(type(value).__name__)

    def _fact(self, events: Events, aggregate: str) -> str:
        known = self.aggregates.setdefault(events.stream, {})
        return known.setdefault(aggregate, f"{events.stream}_{len(known)}")

    def _last_instant(self, value: SinceInstant | UntilInstant) -> str:
        last = f"max(CASE WHEN {_met(value.events)} THEN {value.column} END)"
        return self._fact(value.events, last)

    def _latest(self, latest: Latest) -> str:
        """The largest entry of each second, numbered from the latest second back."""
        seconds = (
            f"SELECT customer, cutoff, seconds, max({latest.column}) AS entry "
            f"FROM seen_{latest.events.stream} WHERE {_met(latest.events)} GROUP BY ALL"
        )
        ranked = (
            "SELECT *, row_number() OVER (PARTITION BY customer, cutoff ORDER BY seconds DESC) AS n "
            f"FROM ({seconds})"
        )
        table = self._apart(
            "SELECT customer, cutoff, max(CASE WHEN n = 1 THEN entry END) AS last1, "
            f"max(CASE WHEN n = 2 THEN entry END) AS last2 FROM ({ranked}) GROUP BY ALL"
        )
        return f"{table}.last{latest.back} / {latest.per}::DOUBLE"

    def _new(self, new: New) -> str:
        """Keys whose first event of all lies inside the window."""
        firsts = (
            f'SELECT customer, cutoff, "{new.key}", min(seconds) AS seconds '
            f'FROM seen_{new.events.stream} WHERE {_met(new.events)} AND "{new.key}" IS NOT NULL '
            "GROUP BY ALL"
        )
        table = self._apart(
            f"SELECT customer, cutoff, count(CASE WHEN {_inside(new.window)} THEN 1 END) AS fresh "
            f"FROM ({firsts}) GROUP BY ALL"
        )
        return f"coalesce({table}.fresh, 0)"

    def _mix(self, mix: Entropy | TopShare) -> str:
        """The weights of the keys of a window, those above zero, as shares of their sum."""
        inside = _and(_met(mix.events), _inside(mix.window), f'"{mix.key}" IS NOT NULL')
        weights = (
            f'SELECT customer, cutoff, "{mix.key}", sum({mix.weight or "1"}) AS weight '
            f"FROM seen_{mix.events.stream} WHERE {inside} GROUP BY ALL HAVING weight > 0"
        )
        shares = (
            "SELECT customer, cutoff, weight / CAST(sum(weight) OVER (PARTITION BY customer, cutoff) "
            f"AS DOUBLE) AS share FROM ({weights})"
        )
        table = self._apart(
            "SELECT customer, cutoff, max(share) AS top, -sum(share * ln(share)) AS entropy "
            f"FROM ({shares}) GROUP BY ALL"
        )
        return f"{table}.{'top' if isinstance(mix, TopShare) else 'entropy'}"

    def _apart(self, sql: str) -> str:
        return self.tables.setdefault(sql, f"apart_{len(self.tables)}")

    def _gap(self, gap: Gap) -> str:
        """Days with an event, each less the day before it."""
        days = (
            f"SELECT DISTINCT customer, cutoff, local_day FROM seen_{gap.events.stream} "
            f"WHERE {_met(gap.events)}"
        )
        gaps = (
            "SELECT customer, cutoff, local_day, "
            "local_day - lag(local_day) OVER (PARTITION BY customer, cutoff ORDER BY local_day) AS g "
            f"FROM ({days})"
        )
        ranked = (
            f"SELECT *, row_number() OVER (PARTITION BY customer, cutoff ORDER BY local_day DESC) AS n "
            f"FROM ({gaps}) WHERE g IS NOT NULL"
        )
        table = self._apart(
            "SELECT customer, cutoff, avg(g) AS gap_mean, stddev_samp(g) AS gap_sd, "
            "max(g) AS gap_max, max(CASE WHEN n = 1 THEN g END) AS gap_last1, "
            "max(CASE WHEN n = 2 THEN g END) AS gap_last2, "
            "max(CASE WHEN n = 3 THEN g END) AS gap_last3, "
            f"avg(CASE WHEN n <= 3 THEN g END) AS gap_recent FROM ({ranked}) GROUP BY ALL"
        )
        which = f"last{gap.back}" if gap.statistic == "last" else gap.statistic
        return f"{table}.gap_{which}"

    def _bins(self, bins: Bins) -> str:
        spans = [
            f"seconds >= cutoff - {(n + 1) * bins.bin_days * DAY} AND seconds < cutoff - {n * bins.bin_days * DAY}"
            for n in range(bins.bins)
        ]
        of = bins.of
        if isinstance(of, Distinct):
            latest = (
                f'SELECT customer, cutoff, "{of.key}", max(seconds) AS seconds '
                f'FROM seen_{of.events.stream} WHERE {_met(of.events)} AND "{of.key}" IS NOT NULL '
                f'GROUP BY customer, cutoff, "{of.key}"'
            )
            counts = ", ".join(
                f"count(CASE WHEN {s} THEN 1 END) AS b{n}" for n, s in enumerate(spans)
            )
            table = self._apart(f"SELECT customer, cutoff, {counts} FROM ({latest}) GROUP BY ALL")
            each = [f"coalesce({table}.b{n}, 0)" for n in range(bins.bins)]
        else:
            what = of.column if isinstance(of, Total) else "1"
            per = of.per if isinstance(of, Total) else 1
            met = _met(of.events)
            facts = [
                self._fact(of.events, f"sum(CASE WHEN {met} AND {s} THEN {what} END)")
                for s in spans
            ]
            each = [f"coalesce({fact}, 0) / {per}::DOUBLE" for fact in facts]
        if bins.statistic == "active":
            return (
                "(" + " + ".join(f"(CASE WHEN {one} > 0 THEN 1 ELSE 0 END)" for one in each) + ")"
            )
        if bins.statistic == "streak":
            steps = " ".join(f"WHEN {one} <= 0 THEN {n}" for n, one in enumerate(each))
            return f"(CASE {steps} ELSE {bins.bins} END)"
        return _least_squares(each[::-1])


def _least_squares(ys: Sequence[str]) -> str:
    """The textbook slope of y over 0, 1, 2 …: (n·Σxy - Σx·Σy) / (n·Σx² - (Σx)²)."""
    n, xs = len(ys), range(len(ys))
    xy = " + ".join(f"{x} * ({y})" for x, y in zip(xs, ys, strict=True))
    y = " + ".join(f"({one})" for one in ys)
    divisor = n * sum(x * x for x in xs) - sum(xs) ** 2
    return f"(({n} * ({xy}) - {sum(xs)} * ({y})) / {divisor}::DOUBLE)"


def _told(sql: str) -> str:
    """An attribute's value, where its row was known before the cutoff."""
    return f"(CASE WHEN declared_known < cutoff THEN {sql} END)"


def _met(events: Events) -> str:
    return _and(*(_condition(one) for one in events.where))


def _condition(one: Condition | Moment) -> str:
    if isinstance(one, Moment):
        passed = f"{one.column} >= 0 AND {one.column} < cutoff"
        return passed if one.passed else f"NOT ({passed})"
    constant = f"'{one.value}'" if isinstance(one.value, str) else str(one.value)
    if one.comparison == "!=":
        return f'"{one.column}" IS DISTINCT FROM {constant}'
    return f'"{one.column}" {one.comparison} {constant}'


def _inside(window: Window) -> str:
    return "TRUE" if window.days is None else f"seconds >= cutoff - {window.days * DAY}"


def _and(*parts: str) -> str:
    return " AND ".join(f"({part})" for part in parts) or "TRUE"
