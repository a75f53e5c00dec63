"""The rows of a job's result as the lines of its file, and what stands in a line about somebody who has objected."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from features.vocabulary.cells import csv_text
from serving.contract.answering import word_of
from serving.contract.row_messages import ScoredRowAnswer
from serving.ledger.job_files import Line
from serving.scores.score import Status

_REASONS = 3
COLUMNS = (
    *("customer_id", "status", "probability", "low", "high", "percentile", "band"),
    *("expected_cents", "at_risk_cents", "stage", "lifecycle_status", "segment"),
    *(f"reason_{place}" for place in range(1, _REASONS + 1)),
    *("vector_as_of", "expires_at", "hold_out", "decision_id"),
    *("best_action", "net_gain_cents"),
)


def lines_of(rows: Sequence[ScoredRowAnswer], kind: str, *, with_heading: bool) -> list[Line]:
    """The rows as lines, each with the customer it is about."""
    if kind != "csv":
        return [(_whose(row), orjson.dumps(row) + b"\n") for row in rows]
    heading: list[Line] = [(None, _written(COLUMNS))] if with_heading else []
    return [*heading, *((_whose(row), _written(list(flat_row(row).values()))) for row in rows)]


def _unsaid(line: bytes) -> bytes:
    """A line of somebody who objected meanwhile: that they did, and nothing else of them."""
    customer_id = orjson.loads(line)["customer_id"]
    said = ScoredRowAnswer(
        row_id=None, customer_id=customer_id, status=word_of(Status.NO_CONSENT), warnings=[]
    )
    return orjson.dumps(said) + b"\n"


def _unsaid_cells(line: bytes) -> bytes:
    customer_id = next(csv.reader(io.StringIO(line.decode("utf-8"), newline="")))[0]
    nothing = [""] * (len(COLUMNS) - 2)
    return _written([customer_id, word_of(Status.NO_CONSENT), *nothing])


UNSAID: dict[str, Callable[[bytes], bytes]] = {"jsonl": _unsaid, "csv": _unsaid_cells}
"""What stands in the place of a line about somebody who has objected since, by the kind of the file."""


def _whose(row: ScoredRowAnswer) -> str:
    return row["customer_id"] or ""


def _written(cells: Sequence[object]) -> bytes:
    return csv_text([cells]).encode("utf-8")


def flat_row(row: ScoredRowAnswer) -> dict[str, Any]:
    """An answered row as a line of a flat table: every one of ``COLUMNS``, None where there is nothing to say."""
    segment = row.get("segment")
    flat: dict[str, Any] = {**row, **(row.get("interval") or {}), **(row.get("value") or {})}
    flat["segment"] = None if segment is None else segment["name"]
    best = row.get("best_action")
    flat |= {
        "best_action": None if best is None else best["name"],
        "net_gain_cents": None if best is None else best["net_gain_cents"],
    }
    texts = [reason["text"] or reason["title"] for reason in row.get("reasons") or ()][:_REASONS]
    flat |= {f"reason_{place}": text for place, text in enumerate(texts, 1)}
    return {name: flat.get(name) for name in COLUMNS}
