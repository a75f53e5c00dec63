"""Everybody's lists in one night, as a file: who is offered which items, how likely and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.company.workspace import Workspace
from features.exports.table_files import refuse_other_file, write_tables
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import UsageRefused, WorkspaceRefused, did_you_mean
from features.vocabulary.progress import Progress, silent
from serving.items.lists import USE_CASES, Wishes, due_days_of, due_in_days, fill_many
from serving.items.reasons import GROUPS, ItemGrounds, category_of
from serving.items.recommending import Recommending, order_chances_of, recommending_in
from serving.ledger.administration import made_without_withheld, withheld_in
from serving.ledger.privacy import Withheld
from serving.scores.order_chance import OrderChances
from serving.scores.scoring import Scorer
from training.datasets.purchases.bought import Items
from training.families.items.pairs.pair_features import POSITIONS
from training.families.items.pairs.pairs import SOURCES
from training.families.items.words import WORDS, ItemWords

_AT_ONCE = 1_024


@dataclass(frozen=True)
class ItemExport:
    """What was written: lists, lines and where."""

    customers: int
    lines: int
    file: str
    unknown: tuple[str, ...] = ()
    """Items to be left out that the model does not know."""


def wishes_for(
    count: int,
    use_case: str,
    due_within_days: int | None = None,
    new_share: float | None = None,
) -> Wishes:
    """The wishes of a use case, or of a share of new items over everybody's lists instead of the use case's own.

    ``UsageRefused`` for a use case nobody knows, and for a count or a share out of bounds.
    """
    if use_case not in USE_CASES:
        raise UsageRefused(
            expected=f"a use case out of {', '.join(USE_CASES)}",
            found=f'"{use_case}"',
            remedy=did_you_mean(use_case, list(USE_CASES)),
        )
    if count < 1:
        raise UsageRefused(
            expected="at least one item a list", found=str(count), remedy="Give a larger --count."
        )
    if new_share is not None and not 0.0 <= new_share <= 1.0:
        raise UsageRefused(
            expected="a share of new items from 0 to 1",
            found=f"{new_share:g}",
            remedy="Give 0.3 for three of ten.",
        )
    due = due_days_of(use_case, due_within_days)
    repeats = USE_CASES[use_case] if new_share is None else None
    return Wishes(count, repeats=repeats, due_within_days=due, new_share=new_share)


def required_in(workspace: Workspace, never: Sequence[str] = ()) -> Recommending:
    """What recommends in a workspace, and ``never`` some items; ``WorkspaceRefused`` where nothing does."""
    found = recommending_in(workspace, never)
    if found is None:
        raise WorkspaceRefused(
            expected="a model that recommends in use",
            found="none",
            remedy="Run `regulars train recommendations` first.",
        )
    return found


def export_lists(
    workspace: Workspace,
    path: Path,
    wishes: Wishes,
    *,
    language: str = "en",
    threads: int = 2,
    progress: Progress = silent,
    never: Sequence[str] = (),
    without: Sequence[str] = (),
    scorer: Scorer | None = None,
) -> ItemExport:
    """Write everybody's list, a line an item, with what each reason group adds and the strongest in words.

    ``scorer`` says how likely they order at all. Who declined, objected or was erased is left out. ``never`` are items the settings leave out, ``without``
    those that this file is to be without, as what is out of stock. The file is written beside and put in place at once.
    Raises ``UsageRefused`` for an ending that is neither ``.parquet`` nor ``.csv``.
    """
    refuse_other_file(path)
    found = required_in(workspace, never)
    unavailable, unknown = found.places(without)

    def make(withheld: Withheld, check: Callable[[], None]) -> ItemExport:
        customers = _listed_customers(found, withheld)
        tables = tables_of(
            found,
            customers,
            wishes,
            WORDS[language],
            threads,
            progress,
            unavailable=unavailable,
            by_churn=order_chances_of(scorer, found),
        )
        lines = write_tables(path, tables, check)
        return ItemExport(len(customers), lines, str(path), tuple(unknown))

    return made_without_withheld(workspace, make)


def lists_table(
    workspace: Workspace,
    wishes: Wishes,
    withheld: Withheld,
    *,
    language: str = "en",
    threads: int = 2,
    progress: Progress = silent,
    never: Sequence[str] = (),
    scorer: Scorer | None = None,
) -> pa.Table:
    """The table of such a file: the lists of everybody who may have one."""
    found = required_in(workspace, never)
    customers = _listed_customers(found, withheld)
    by_churn = order_chances_of(scorer, found)
    words = WORDS[language]
    return pa.concat_tables(
        tables_of(found, customers, wishes, words, threads, progress, by_churn=by_churn)
    )


def _listed_customers(found: Recommending, withheld: Withheld) -> NDArray[np.int64]:
    """The keys of everybody but who declined, objected or was erased."""
    left_out = found.left_out(withheld)
    everybody = range(len(found.customer_ids))
    return np.array([key for key in everybody if key not in left_out], np.int64)


def tables_of(
    found: Recommending,
    customers: NDArray[np.int64],
    wishes: Wishes,
    words: ItemWords,
    threads: int,
    progress: Progress = silent,
    *,
    at_once: int = _AT_ONCE,
    unavailable: Items | None = None,
    by_churn: Floats | None = None,
) -> Iterator[pa.Table]:
    """Some customers at a time, a line an item; at least one table. ``unavailable`` items are on no list.

    ``by_churn`` is the chance of an order that the scores in use say of each customer key, NaN where nothing.
    """
    bought = found.everybody
    shelving = found.shelving(unavailable=unavailable)
    for begin in range(0, max(len(customers), 1), at_once):
        some = customers[begin : begin + at_once]
        chosen = bought.select(some)
        pairs = found.bundle.shelf.pairs(chosen, threads=threads)
        scores = found.bundle.ranker.log_odds(pairs.values, threads=threads)
        bundle = found.bundle
        rows = fill_many(pairs, scores, bundle.catalogue.category, shelving, wishes, bundle.balance)
        at, places = np.nonzero(rows >= 0)
        listed = rows[at, places]
        values = np.ascontiguousarray(pairs.values[listed])
        pushes = found.bundle.ranker.pushes(values, threads=threads)
        owned = [
            np.unique(chosen.items[slice(*chosen.offsets[c : c + 2])]) for c in range(len(some))
        ]
        items = pairs.items[listed]
        texts = [
            ItemGrounds(found.bundle, item, owned[who], pushes[row], values[row], words).headline
            for row, (item, who) in enumerate(zip(items.tolist(), at.tolist(), strict=True))
        ]
        said = None if by_churn is None else by_churn[some[at]]
        orders = OrderChances.of(said, found.bundle.ranker.order_chance(values))
        yield _table(found, some[at], places, items, pairs.sources[listed], scores[listed], values,
                     pushes, texts, orders)  # fmt: skip
        progress("listing items", begin + len(some), len(customers))


def takers_table(
    workspace: Workspace,
    item_id: str,
    count: int,
    *,
    new_alone: bool = False,
    never: Sequence[str] = (),
    scorer: Scorer | None = None,
) -> tuple[str, pa.Table]:
    """The name of an item, and the customers an offer of it may be sent to who would most likely take it.

    Raises ``UsageRefused`` for an item the model does not know or that is never recommended.
    """
    found = required_in(workspace, never)
    place = found.place(item_id)
    if place < 0:
        raise UsageRefused(
            expected="an item the model knows",
            found=f'"{item_id}"',
            remedy="Give its number as the tables write it; train again if it is new. What is no merchandise, "
            "or stands under recommendations.without, is never recommended.",
        )
    left_out = found.not_to_be_contacted(withheld_in(workspace))
    takers = found.takers(
        place,
        count,
        new_alone=new_alone,
        left_out=left_out,
        by_churn=order_chances_of(scorer, found),
    )
    table = pa.Table.from_pylist([one._asdict() for one in takers], _TAKERS)
    return found.bundle.catalogue.name(place), table


_TAKERS = pa.schema(
    [
        ("customer_id", pa.string()),
        ("probability", pa.float64()),
        ("probability_if_ordering", pa.float64()),
        ("order_probability", pa.float64()),
        ("order_probability_from", pa.string()),
        ("times_bought", pa.int32()),
        ("due_in_days", pa.float64()),
    ]
)


def _table(
    found: Recommending,
    keys: NDArray[np.int64],
    places: NDArray[np.int64],
    items: NDArray[np.int32],
    sources: NDArray[np.int8],
    scores: NDArray[np.float64],
    values: NDArray[np.float32],
    pushes: NDArray[np.float64],
    texts: list[str],
    orders: OrderChances,
) -> pa.Table:
    catalogue = found.bundle.catalogue
    due, taken = due_in_days(values), 1.0 / (1.0 + np.exp(-scores))
    rows = range(len(items))
    columns: dict[str, Any] = {
        "customer_id": pa.array([found.customer_ids[int(key)] for key in keys], pa.string()),
        "rank": pa.array(places + 1, pa.int16()),
        "item_id": pa.array([catalogue.ids[int(one)] for one in items], pa.string()),
        "name": pa.array([catalogue.name(int(one)) for one in items], pa.string()),
        "category": pa.array([category_of(found.bundle, int(one)) for one in items], pa.string()),
        "order_probability": pa.array(orders.probability, pa.float64(), from_pandas=True),
        "order_probability_from": pa.array([orders.source(row) for row in rows], pa.string()),
        "probability": pa.array(taken * orders.probability, pa.float64(), from_pandas=True),
        "probability_if_ordering": pa.array(taken, pa.float64()),
        "log_odds": pa.array(scores, pa.float64()),
        "source": pa.array([SOURCES[one] for one in sources], pa.string()),
        "times_bought": pa.array(values[:, POSITIONS["times_bought"]].astype(np.int32)),
        "due_in_days": pa.array(np.round(due, 1), pa.float32(), from_pandas=True),
        "text": pa.array(texts, pa.string()),
        "base": pa.array(np.full(len(items), found.base), pa.float64()),
    }
    columns |= {f"push_{name}": pa.array(pushes[:, at]) for at, name in enumerate(GROUPS)}
    return pa.table(columns)
