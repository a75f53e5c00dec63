"""The pages over a million customers: the first click, every filter and order, the file, and what a browser shows.

The company is that of ``bench-nightly``; ``SIZE=small`` has 20,000 customers. Server time is the wall time from a request to
the last byte of its answer, compressed, in one process with nothing else to do; each list is asked for once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.large_company import large_company
from experiments.bench.list.questions import customers, filtered, numbers, ordered, turned
from experiments.bench.list.screen import opened
from experiments.bench.list.visitor import PageAnswer, Visitor
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from serving.nightly.run import score_everybody
from serving.pages.figures import customer_link
from serving.pages.list_query import ListQuery

MOST_MS, MOST_FILE_CPU_SECONDS, MOST_FIRST_LOAD_BYTES = 300.0, 60.0, 40_000
EVERYWHERE, ON_THE_LIST = ("style.css", "mark.svg"), ("htmx.min.js", "list.js")
"""The static files of every page, and those of the list besides."""
_TO_THE_FIRST_CUSTOMERS = 2


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("what the pages of a large company cost")
    how_many = 20_000 if given.is_small else 1_000_000
    with tempfile.TemporaryDirectory() as scratch:
        settings_path = large_company(Path(scratch), how_many)
        settings = load_settings(settings_path)
        score_everybody(settings, Workspace(settings.workspace_folder))
        claims = measured(settings_path, how_many)
    return conclude("list", claims, given)


def measured(settings_path: Path, how_many: int) -> list[Claim]:
    """All claims about the pages of one company, whose scores are published."""
    clicks = first_click(settings_path)
    print(
        f"First click {clicks[0]:.2f} CPU s, then the list {clicks[1]:.2f}, the customer again {clicks[2]:.2f}."
    )
    visitor = Visitor(settings_path)
    judged = visitor.in_use.snapshot.judged
    print(f"{judged:,} of {how_many:,} customers are judged.", flush=True)
    claims = [
        Claim("first click of a fresh process, a customer", clicks[0], 1.0, "CPU s"),
        *_times(visitor),
        _file(visitor),
        *_first_loads(visitor),
    ]
    with opened(visitor) as screen:
        claims += [
            Claim("rows visible at 1440×900", screen.rows_at(1440, 900), 12, "", "at least"),
            Claim("rows visible at 390×844", screen.rows_at(390, 844), 4, "", "at least"),
            Claim("stops of Tab to the first customer", screen.stops_to_first(), 10),
        ]
    visitor.close()
    return claims


def first_click(settings_path: Path) -> list[float]:
    """CPU seconds of the first page of a fresh process, and of the two after it."""
    command = [sys.executable, "-m", "experiments.bench.list.first_click", str(settings_path)]
    answer = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "2"},
    )
    found: list[float] = json.loads(answer.stdout.splitlines()[-1])
    return found


def _times(visitor: Visitor) -> list[Claim]:
    """The 95th percentile of each kind of page."""
    in_use, currency = visitor.in_use, visitor.models_in_use.currency
    filters, orders = filtered(in_use, currency), [*ordered(in_use)]
    lists = [*filters, *orders]
    typed = [*numbers(in_use, 10)]
    return [
        _claim("list, each filter", (visitor.get(one.link()) for one in filters)),
        _claim("list, each order", (visitor.get(one.link()) for one in orders)),
        _claim("list, further pages", (visitor.get(one) for one in turned(lists))),
        _claim("customer out of each list", (visitor.get(one) for one in customers(in_use, lists))),
        _claim("search", (visitor.find(one) for one in typed)),
        _claim(
            "file, to its first customers",
            (visitor.get(one.link("/churn.csv"), _TO_THE_FIRST_CUSTOMERS) for one in lists),
            is_of_first=True,
        ),
    ]


def _claim(name: str, answers: Iterable[PageAnswer], *, is_of_first: bool = False) -> Claim:
    took = [1_000 * (one.first_seconds if is_of_first else one.seconds) for one in answers]
    median, high = np.percentile(took, [50, 95])
    print(
        f"  {name}: {len(took)} asked, p50 {median:.0f} ms, p95 {high:.0f} ms, longest {max(took):.0f} ms",
        flush=True,
    )
    return Claim(f"{name}, p95", float(high), MOST_MS, "ms", spread=(min(took), max(took)))


def _file(visitor: Visitor) -> Claim:
    """The whole file, compressed, as it would be of a million judged customers."""
    judged = visitor.in_use.snapshot.judged
    found = visitor.get(ListQuery(consent="all").link("/churn.csv"))
    print(
        f"  file of {judged:,} rows: {found.cpu_seconds:.1f} CPU s, {found.transferred_bytes / 1e6:.0f} MB compressed",
        flush=True,
    )
    whole = found.cpu_seconds * 1_000_000 / judged
    return Claim("CSV with reasons, for 1,000,000 rows", whole, MOST_FILE_CPU_SECONDS, "CPU s")


def _first_loads(visitor: Visitor) -> list[Claim]:
    """What a browser that was never there fetches for a page."""
    pages = {
        "list": ("/churn", (*EVERYWHERE, *ON_THE_LIST)),
        "customer": (customer_link(visitor.in_use, 0, ListQuery()), EVERYWHERE),
    }
    return [
        Claim(
            f"first load of the {name}, compressed",
            sum(
                visitor.get(one).transferred_bytes
                for one in (address, *map(visitor.pages.static_link, files))
            )
            / 1_000,
            MOST_FIRST_LOAD_BYTES / 1_000,
            "kB",
        )
        for name, (address, files) in pages.items()
    ]


if __name__ == "__main__":
    sys.exit(main())
