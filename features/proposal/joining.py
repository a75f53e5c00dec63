"""Orders and their lines in two files, and customers in a third: by which columns they belong together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from features.company.settings.company import TableMapping
from features.company.settings.sources import JoinedSource
from features.proposal.columns.looking import Look, look_at, opened_to_look, read_with
from features.proposal.columns.names import likeness
from features.proposal.wording.readings import readings_of
from features.proposal.wording.writing import ProposedJoin
from features.sources.attachment import Source, attach
from features.sources.connection import Connection, quoted
from features.sources.joins import key_sql

_MEETS = 0.5
"""So large a share of the keys has to be found in the other file."""
_NAMED = 0.5
_TELLING = 20
"""Without a name that speaks for it, so many different keys have to meet: small numbers meet everywhere."""
_ENOUGH_ORDERS = 20
"""From so many orders on it is told that none of their customers has two."""


@dataclass(frozen=True)
class FilesOfPurchases:
    """The file of purchases as it is looked at, with what is joined to it."""

    path: Path
    source: Source
    looks: list[Look]
    further: tuple[tuple[str, Path, JoinedSource, Source, str], ...] = ()
    remarks: tuple[str, ...] = ()

    def joins(self, expressions: Sequence[str]) -> tuple[ProposedJoin, ...]:
        """The joins as lines of a proposal, as far as the mapped expressions depend on them."""
        used = [*expressions, *(said.on for _, _, said, _, _ in self.further)]
        return tuple(
            ProposedJoin(
                name, path, said.on, said.key, reason, readings_of(source, used, f"{name}.")
            )
            for name, path, said, source, reason in self.further
            if any(f"{name}." in one for one in used)
        )


@dataclass(frozen=True)
class _Key:
    on: Look
    key: Look
    met: float

    @property
    def said(self) -> JoinedSource:
        key = "" if self.on.name == self.key.name else self.key.name
        return JoinedSource(source="looked at", on=self.on.name, key=key)


def files_of_purchases(
    connection: Connection,
    path: Path,
    scratch: Path,
    orders: Path | None = None,
    customers: Path | None = None,
) -> FilesOfPurchases:
    """The file of purchases, and beside its rows those of the files of orders and customers, where these are given.

    Customers are joined only where their file says who is the same person behind several of the orders'
    customer numbers.
    """
    source = opened_to_look(connection, "purchases", path, scratch)
    looks = look_at(connection, source)
    alone = FilesOfPurchases(path, source, looks)
    if orders is None:
        return alone
    further = opened_to_look(connection, "orders", orders, scratch)
    further_looks = look_at(connection, further)
    remarks: tuple[str, ...] = ()
    found = _key(connection, source, looks, further, further_looks, "order_id")
    if found is None:
        found = _key(connection, further, further_looks, source, looks, "order_id")
        if found is None:
            return replace(alone, remarks=(_not_joined(orders, path),))
        remarks = (
            f"{path.name} has one row an order and {orders.name} their lines, so the lines are the source.",
        )
        path, orders, source, further, looks = orders, path, further, source, further_looks
    reason = (
        f"{found.met:.1%} of the {found.on.name} of {path.name} stand in {orders.name}, each once"
    )
    joins = [("orders", orders, found.said, further, reason)]
    hidden = {f"orders.{found.key.name}"}
    source, looks = _together(connection, path, scratch, joins, hidden)
    if customers is not None:
        person = _person(connection, source, looks, customers, scratch)
        if person is not None:
            joins.append(person)
            said = person[2]
            hidden |= {said.on, f"customers.{said.own_key}"}
            source, looks = _together(connection, path, scratch, joins, hidden)
    return FilesOfPurchases(path, source, looks, tuple(joins), remarks)


def _not_joined(orders: Path, lines: Path) -> str:
    return (
        f"{orders.name} is not used: none of its columns has every value once and is found in {lines.name}. Write "
        "[tables.purchases.join.orders] with source, on and key by hand."
    )


def _together(
    connection: Connection,
    path: Path,
    scratch: Path,
    joins: Sequence[tuple[str, Path, JoinedSource, Source, str]],
    hidden: set[str],
) -> tuple[Source, list[Look]]:
    lines = attach(
        connection, "purchases", TableMapping(source=str(path)), folder=Path(), scratch=scratch
    )
    named = {name: replace(said, source=str(file)) for name, file, said, _, _ in joins}
    source = read_with(lines, named, scratch)
    return source, [look for look in look_at(connection, source) if look.name not in hidden]


def _key(
    connection: Connection,
    source: Source,
    looks: Sequence[Look],
    further: Source,
    further_looks: Sequence[Look],
    role: str,
) -> _Key | None:
    """The pair of columns by which each row of a source finds one row at most of a further file."""
    pairs = []
    for key in further_looks:
        if not key.is_identifying or not _is_unique(connection, further, key):
            continue
        for on in looks:
            if not on.is_identifying or on.as_instant_only or key.as_instant_only:
                continue
            is_same = on.name.casefold() == key.name.casefold()
            named = max(likeness(on.name, role), likeness(key.name, role) * is_same)
            met = _met(connection, source, on, further, key)
            if met >= _MEETS and (named >= _NAMED or on.distinct >= _TELLING):
                pairs.append(((named >= _NAMED, is_same, named, met, on.distinct), on, key, met))
    if not pairs:
        return None
    _, on, key, met = max(pairs, key=lambda pair: pair[0])
    return _Key(on, key, met)


def _is_unique(connection: Connection, source: Source, look: Look) -> bool:
    """Whether different rows have different values there, rows that are equal throughout aside."""
    if look.distinct == look.filled:
        return True
    rows = ", ".join(map(quoted, source.columns))
    different = f"SELECT DISTINCT {rows} FROM {source.relation} WHERE {look.sql} IS NOT NULL"
    counted = connection.execute(f"SELECT count(*) FROM ({different})").fetchall()[0][0]
    return bool(counted == look.distinct)


def _met(connection: Connection, source: Source, on: Look, further: Source, key: Look) -> float:
    one, two = (
        f"SELECT DISTINCT {key_sql(where, look.name, '')} AS key FROM {where.relation}"
        for where, look in ((source, on), (further, key))
    )
    all_keys, met = connection.execute(f"""
        SELECT count(key), count(key) FILTER (key IN ({two})) FROM ({one})
    """).fetchall()[0]
    return float(met) / float(all_keys) if all_keys else 0.0


def _person(
    connection: Connection,
    source: Source,
    looks: Sequence[Look],
    customers: Path,
    scratch: Path,
) -> tuple[str, Path, JoinedSource, Source, str] | None:
    """The file of customers as a join, where several rows of it are one person."""
    further = opened_to_look(connection, "customers_of_orders", customers, scratch)
    further_looks = look_at(connection, further)
    found = _key(connection, source, looks, further, further_looks, "customer_id")
    if found is None:
        return None
    for look in further_looks:
        if (
            look.name != found.key.name
            and likeness(look.name, "customer_id") >= _NAMED
            and look.is_identifying
            and look.distinct < found.key.distinct
            and look.filled == look.rows
        ):
            reason = (
                f"{look.name} of {customers.name} is the same for {look.repetition:.1f} of the "
                f"{found.key.name} on average, so it tells who comes back"
            )
            return "customers", customers, found.said, further, reason
    return None


def of_other_files(customer: Look | None, order: Look | None, *, is_dated: bool) -> Iterator[str]:
    """What points to a further file: lines without their orders, and customers of one order each."""
    if order is not None and customer is None and not is_dated:
        yield (
            "The file has lines of orders without their days and customers. Where the orders are in a file of "
            "their own, give it as well: `regulars init --purchases LINES --orders ORDERS`."
        )
    if (
        order is not None
        and customer is not None
        and order.distinct == customer.distinct >= _ENOUGH_ORDERS
    ):
        yield (
            f"Every order has another {customer.name}, so nobody comes back. Where another column, or a file of "
            "customers given by --customers, says who is the same person, take that."
        )
