"""The product through its own commands: ingest, train, score, plan and start, hand the list out and take it back, measure."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from experiments.world.answering.actions_taken import KINDS
from features.vocabulary.arrays import Floats, Ints, Truths
from features.vocabulary.time import Cutoff
from features.vocabulary.words import CONTROL
from training.actions.actions import TITLES

_KIND_OF = {title: name for name, title in TITLES.items()}


@dataclass(frozen=True)
class StartedList:
    """Whom a started campaign contacts and how (places in ``KINDS``), what keeping each was said to bring, and whom the lot held out."""

    name: str
    contacted: Ints
    kinds: Ints
    if_kept_cents: Floats
    held_out: Ints
    held_out_kinds: Ints
    is_measurable: bool


class Product:
    """The product of a company in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def train(self) -> None:
        """Train who leaves and what customers bring, by the tables that were ingested."""
        self._run("train", "churn")
        self._run("train", "value")

    def ingest(self) -> None:
        """Check and keep the company's tables."""
        self._run("ingest")

    def score(self) -> None:
        """Score everybody by what is in use."""
        self._run("vectors")
        self._run("score")

    def start(
        self, name: str, day: Cutoff, budget_cents: int, hold_out_percent: int
    ) -> StartedList | None:
        """Plan within a budget and start it; None where nothing pays. Where no hold-out could answer, without measurement."""
        asked = ["--budget-cents", str(budget_cents), "--starts", str(day)]
        asked += ["--hold-out-percent", str(hold_out_percent)]
        plan = self._run("campaign", "plan", *asked)
        if not plan["customers"]:
            return None
        said = plan if plan["answer"]["is_possible"] else None
        if said is not None:
            # The lot may leave fewer to be held out than were planned.
            said = self._run("campaign", "start", name, *asked, refused_is_fine=True)
        if said is None or not said["done"]:
            said = self._run("campaign", "start", name, *asked, "--without-measurement")
        return self._list(name, bool(said["is_measurable"]))

    def _list(self, name: str, is_measurable: bool) -> StartedList:
        file = self.folder / "list.csv"
        self._run("campaign", "export", name, str(file))
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
        held = self.exposures()
        newest = held["shown_at"].to_numpy() == held["shown_at"].to_numpy().max()
        is_control = newest & (held["arm"].to_numpy() == CONTROL)
        return StartedList(
            name,
            np.array([int(one["customer_id"][1:]) for one in rows], np.int64),
            np.array([KINDS.index(_KIND_OF[one["action"]]) for one in rows], np.int64),
            np.array([100 * float(one["value_if_kept"]) for one in rows]),
            np.array(
                [int(one[1:]) for one in held["customer_id"].to_numpy()[is_control]], np.int64
            ),
            np.array(
                [KINDS.index(one) for one in held["offer_id"].to_numpy()[is_control]], np.int64
            ),
            is_measurable,
        )

    def report(self, started: StartedList, is_reached: Truths) -> None:
        """Hand the list back: who was reached, and whom nobody answered for."""
        file = self.folder / "list.csv"
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
        for one, reached in zip(rows, is_reached.tolist(), strict=True):
            one["outcome"] = "Reached" if reached else "No answer"
        with file.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        self._run("campaign", "report", started.name, str(file))

    def measure(self, name: str) -> Any:
        """What a campaign brought, by the product's own account."""
        return self._run("campaign", "measure", name)

    def exposures(self) -> Any:
        """Everybody drawn for campaigns so far, as rows of exposures."""
        file = self.folder / "campaigns.parquet"
        self._run("campaign", "exposures", str(file))
        return pq.read_table(file)

    def _run(self, *command: str, refused_is_fine: bool = False) -> Any:
        """Run one command; what it answers in JSON."""
        asked = [*command, "--settings", str(self.folder / "regulars.toml"), "--json"]
        called = [sys.executable, "-m", "regulars", *asked]
        found = subprocess.run(called, capture_output=True, text=True)
        if found.returncode and not refused_is_fine:
            raise SystemExit(f"regulars {' '.join(command)}: {found.stdout}{found.stderr}")
        return json.loads(found.stdout.strip().splitlines()[-1])
