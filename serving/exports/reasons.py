"""Everybody's scores with worded reasons in a file: what a nightly job hands to a CRM or a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.company.learned_from import LearnedFrom
from features.company.settings.service import ExportSettings
from features.company.workspace import Workspace
from features.exports.table_files import FORMATS, TableWriter, put_in_place
from features.vocabulary.errors import UsageRefused, did_you_mean
from features.vocabulary.progress import Progress, silent
from serving.contract.answering import instant
from serving.exports.crm_shapes import SHAPES, Shape
from serving.exports.previous_export import Exported, hashes_of
from serving.ledger.administration import made_without_withheld
from serving.ledger.privacy import Withheld
from serving.scores.score import band
from serving.snapshot.earlier_risks import points_risen
from serving.snapshot.reading import Snapshot, open_snapshot
from training.families.churn.bundle import CHURN_KIND
from training.reasons.flat import flat_reasons
from training.reasons.languages.language import Language
from training.reasons.points import Points
from training.reasons.wording import Wording

TARGETS = (*FORMATS, *SHAPES)
_ROWS_AT_ONCE = 10_000
_COSTS = ("cost_to_serve_cents", "net_cents")
"""Columns of a table where the company has said what serving costs."""


@dataclass(frozen=True)
class ReasonExport:
    """How many customers were written, how many were left out because nothing of theirs is new, and where to."""

    customers: int
    unchanged: int
    file: str


def export_reasons(
    workspace: Workspace,
    path: Path,
    language: Language,
    *,
    currency: str,
    to: str = "",
    only_changed: bool = False,
    shapes: ExportSettings | None = None,
    progress: Progress = silent,
    at_once: int = _ROWS_AT_ONCE,
) -> ReasonExport:
    """Write every judged customer with risk and worded reasons, the riskiest first.

    ``to`` is a table or a CRM out of ``TARGETS``, by the file's ending where it is empty. With
    ``only_changed`` customers are left out whose row the target has from the last export as it is. The
    file is written beside and put in place at once; only then is it noted what the target has. Raises
    ``WorkspaceRefused`` without scores and ``UsageRefused`` for an unknown target or a folder that is not
    there.
    """
    target = to or path.suffix.lower().removeprefix(".")
    if target not in TARGETS or not path.parent.is_dir():
        raise UsageRefused(
            expected=f"a target out of {', '.join(TARGETS)} and a file in a folder that exists",
            found=f'"{target}" and {path.name}',
            remedy=did_you_mean(target, list(TARGETS)),
        )
    shapes = shapes or ExportSettings()

    def make(withheld: Withheld, check: Callable[[], None]) -> ReasonExport:
        blocks = _shown(workspace, withheld, language, currency, progress, at_once)
        exported = Exported(workspace, target)
        return _written(blocks, path, target, shapes, exported, only_changed, check)

    return made_without_withheld(workspace, make)


def reasons_table(
    workspace: Workspace,
    language: Language,
    withheld: Withheld,
    *,
    currency: str,
    progress: Progress = silent,
    at_once: int = _ROWS_AT_ONCE,
) -> pa.Table:
    """The table of such a file: every judged customer who is not withheld, the riskiest first.

    Raises ``WorkspaceRefused`` without scores.
    """
    blocks = _shown(workspace, withheld, language, currency, progress, at_once)
    return pa.concat_tables([table for table, _ in blocks])


def _written(
    blocks: Iterator[tuple[pa.Table, list[dict[str, Any]]]],
    path: Path,
    target: str,
    shapes: ExportSettings,
    exported: Exported,
    only_changed: bool,
    check: Callable[[], None],
) -> ReasonExport:
    """Write the blocks beside, and put the file in place unless ``check`` raises."""
    noted: list[tuple[np.ndarray, np.ndarray]] = []
    written = unchanged = 0
    with put_in_place(path) as file:
        writer: _Writer = (
            _Bodies(file, SHAPES[target], shapes) if target in SHAPES else _Table(file, target)
        )
        for table, rows in blocks:
            ids = [str(row["customer_id"]) for row in rows]
            noted.append(hashes_of(ids, rows))
            kept = np.ones(len(rows), np.bool_)
            if only_changed:
                kept = np.array(exported.are_new(ids, rows), np.bool_)
            writer.add(table.filter(pa.array(kept)), [rows[one] for one in np.flatnonzero(kept)])
            written += int(kept.sum())
            unchanged += int(len(kept) - kept.sum())
        writer.close()
        check()
    exported.keep(*(np.concatenate(one) for one in zip(*noted, strict=True)))
    return ReasonExport(written, unchanged, str(path))


def _shown(
    workspace: Workspace,
    withheld: Withheld,
    language: Language,
    currency: str,
    progress: Progress,
    at_once: int,
) -> Iterator[tuple[pa.Table, list[dict[str, Any]]]]:
    """The blocks of everybody who may be shown."""
    snapshot = open_snapshot(workspace).without(withheld)
    wording = snapshot.wording(currency, language)
    return _blocks(snapshot, LearnedFrom(workspace), wording, progress, at_once)


def _blocks(
    snapshot: Snapshot, known: LearnedFrom, wording: Wording, progress: Progress, at_once: int
) -> Iterator[tuple[pa.Table, list[dict[str, Any]]]]:
    """Some customers at a time, as a table and as the flat rows of a CRM."""
    values, shown = snapshot.values, snapshot.shown_places
    for first in range(0, max(len(shown), 1), at_once):
        places = shown[first : first + at_once]
        table = _table(snapshot, wording, values, places)
        rows = _flat(snapshot, places, table)
        yield _with_facts(table, snapshot, known, places, rows), rows
        progress("writing reasons", first + len(places), len(shown))


def _table(
    snapshot: Snapshot, wording: Wording, values: NDArray[np.float32], places: NDArray[np.intp]
) -> pa.Table:
    ranking = snapshot.ranking
    keys = ranking.customer_keys[places]
    points = Points(ranking.probability[places], snapshot.base, ranking.points[places])
    rows = np.ascontiguousarray(values[snapshot.vector_rows[keys]])
    ids = [snapshot.customer_ids[int(key)] for key in keys]
    table = flat_reasons(points, ranking.leading[places], rows, wording, ids)
    before = ranking.risk_before[places]
    risen = points_risen(ranking.probability[places], before)
    for name, column in (("risk_before_percent", 100 * before), ("risk_change_points", risen)):
        table = table.append_column(name, pa.array(np.round(column, 1), from_pandas=True))
    return table


def _with_facts(
    table: pa.Table,
    snapshot: Snapshot,
    known: LearnedFrom,
    places: NDArray[np.intp],
    rows: Sequence[Mapping[str, Any]],
) -> pa.Table:
    """The table with what a data scientist goes on from: the risk unrounded, worth, segment, date, model, who is new."""
    keys = snapshot.ranking.customer_keys[places]
    segments = snapshot.manifest["segments"]
    names = {} if segments is None else segments["names"]
    digest = str(snapshot.manifest["model_digest"])
    ids = table["customer_id"].to_pylist()
    columns: dict[str, tuple[Any, pa.DataType]] = {
        "probability": (snapshot.ranking.probability[places], pa.float64()),
        **{
            name: ([row[name] for row in rows], kind)
            for name, kind in (
                ("risk_band", pa.string()),
                ("expected_value_cents", pa.int64()),
                ("value_at_risk_cents", pa.int64()),
                *((name, pa.int64()) for name in _COSTS if snapshot.tells_cost),
            )
        },
        "segment": (
            [names.get(str(one)) for one in snapshot.membership.segment[keys].tolist()],
            pa.string(),
        ),
        "in_training": (known.were_among(CHURN_KIND.name, digest, ids), pa.bool_()),
        **{
            name: ([row[name] for row in rows], pa.string())
            for name in ("scored_at", "model_version")
        },
    }
    for name, (content, kind) in columns.items():
        column = pa.nulls(len(ids), kind) if content is None else pa.array(content, kind)
        table = table.append_column(name, column)
    return table


def _flat(snapshot: Snapshot, places: NDArray[np.intp], table: pa.Table) -> list[dict[str, Any]]:
    """The fields of ``crm_shapes.FIELDS`` for each line of a table."""
    ranking = snapshot.ranking
    keys = ranking.customer_keys[places]
    at_risk: list[int | None] = [None] * len(places)
    if snapshot.money_basis:
        at_risk = np.rint(snapshot.at_risk_cents(places)).astype(np.int64).tolist()
    percentiles = ranking.percentile[places].tolist()
    as_of = instant(snapshot.cutoff_seconds)
    version = str(snapshot.manifest["model_version"])
    flat = []
    for place, line in enumerate(table.to_pylist()):
        worth = snapshot.value_of(int(keys[place]))
        reasons = [line[f"text_{one}"] for one in (1, 2, 3)]
        flat.append(
            {
                "customer_id": line["customer_id"],
                "percentile": percentiles[place],
                "risk_percent": line["risk_percent"],
                "risk_band": band(percentiles[place]),
                "risk_change_points": line["risk_change_points"],
                "expected_value_cents": None if worth is None else worth["expected_cents"],
                "value_at_risk_cents": at_risk[place],
                **{name: None if worth is None else worth.get(name) for name in _COSTS},
                **{f"reason_{one}": text for one, text in enumerate(reasons, 1)},
                "scored_at": as_of,
                "model_version": version,
            }
        )
    return flat


class _Writer(Protocol):
    """A file on its way, block by block."""

    def add(self, table: pa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write some customers."""

    def close(self) -> None:
        """Finish the file; a second time does nothing."""


class _Table:
    """A Parquet or CSV file with a line a customer."""

    def __init__(self, file: BinaryIO, kind: str) -> None:
        self._writer = TableWriter(file, kind)

    def add(self, table: pa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write some customers."""
        self._writer.add(table)

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


class _Bodies:
    """A file of request bodies, one a line."""

    def __init__(self, file: BinaryIO, shape: Shape, settings: ExportSettings) -> None:
        self._file, self._shape, self._settings = file, shape, settings

    def add(self, table: pa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write some customers."""
        self._file.writelines(body + b"\n" for body in self._shape(rows, self._settings))

    def close(self) -> None:
        """Finish the file."""
