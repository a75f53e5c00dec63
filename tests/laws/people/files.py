"""What the commands write of people, once for everybody in the world."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow.parquet as parquet

from features.exports.table_files import FORMATS, write_tables
from features.store.store import open_store
from regulars.library.datasets.outcomes import labelled_table
from regulars.library.names import NamesInTables
from serving.campaigns.contact_list import ENDINGS, write_contact_list
from serving.campaigns.exposures import write_exposures
from serving.exports.predictions import export_predictions
from serving.exports.reasons import TARGETS, export_reasons
from serving.items.all_customers import (
    export_lists,
    takers_table,
    wishes_for,
)
from serving.ledger.administration import made_without_withheld
from serving.ledger.campaigns import CampaignMember, FrozenCampaign
from serving.ledger.privacy import Withheld
from serving.offers.audience import Audience
from serving.offers.plans.plans import required_offering, simulated, write_plan
from tests.laws.people.world import Seen, World
from tests.serving.calling import NOW
from training.measures.predictions.predictions import Predictions, RungPredictions
from training.measures.predictions.stored import StoredPredictions
from training.reasons.languages.known import ENGLISH

FileWriter = Callable[[World, Path], Seen]
_MADE_FROM = {"model_digest": "", "cutoff_seconds": 0}
FILES: dict[str, tuple[str, FileWriter]] = {}
"""Each with the world it is written in."""


def _text_of(file: Path) -> str:
    """All that a file says, as text."""
    if file.suffix == ".parquet":
        return str(parquet.read_table(file).to_pylist())
    return file.read_text(encoding="utf-8")


def _exported(target: str) -> FileWriter:
    def write(world: World, folder: Path) -> Seen:
        file = folder / f"reasons.{target}"
        export_reasons(world.workspace, file, ENGLISH, currency="EUR", to=target)
        return world.seen(_text_of(file))

    return write


def _listed(kind: str) -> FileWriter:
    def write(world: World, folder: Path) -> Seen:
        file = folder / f"lists.{kind}"
        export_lists(world.workspace, file, wishes_for(2, "basket"))
        return world.seen(_text_of(file))

    return write


def _takers(world: World, folder: Path) -> Seen:
    file = folder / "takers.csv"
    write_tables(file, [takers_table(world.workspace, "a00", 1_000)[1]])
    return world.seen(_text_of(file))


def _planned(world: World, folder: Path) -> Seen:
    """Who is on the plan where an offer must be shown to everybody it is permitted to, whatever it brings."""
    file, settings = folder / "plan.csv", world.company.settings
    found = required_offering(settings, world.workspace)
    blocks = Audience.of(found, world.workspace, at=NOW).blocks(found, "who may be shown what")
    permitted = sum(
        found.permissions(one.keys, one.expected, one.decisions, NOW).is_permitted.sum(axis=0)
        for one in blocks
    )
    most = int(np.argmax(permitted))
    least = {found.offers.listed[most].offer_id: int(permitted[most])}
    write_plan(
        settings,
        world.workspace,
        file,
        most=None,
        budget_cents=None,
        channels={},
        least=least,
        at=NOW,
    )
    with file.open(encoding="utf-8", newline="") as lines:
        return world.told(csv.DictReader(lines), lambda row: "shown")


def _simulated(world: World, folder: Path) -> Seen:
    """Nobody is named."""
    return world.seen(str(simulated(world.company.settings, world.workspace, {}, [], at=NOW)))


@contextmanager
def answered_for(world: World, digest: str, folder: Path) -> Iterator[None]:
    """Meanwhile everybody of the company was answered for at one test, as a training would have kept it."""
    workspace = world.workspace
    pack = open_store(workspace).pack()
    everybody = np.arange(pack.customers, dtype=np.int32)
    chances = np.asarray((everybody + 1.0) / (len(everybody) + 1.0), np.float64)
    cutoffs, outcomes = np.zeros(len(everybody), np.int64), np.zeros(len(everybody))
    part = RungPredictions("rule", "", everybody, cutoffs, outcomes, {"probability": chances})
    kept, draft = StoredPredictions(workspace), folder / "draft"
    kept.write(draft, Predictions.of("churn", [part], {}), pack.customer_ids)
    kept.keep("churn", digest, draft)
    try:
        yield
    finally:
        # Other tests look at what lies in the company's workspace.
        shutil.rmtree(workspace.folder / "predictions")


def _tested(kind: str) -> FileWriter:
    def write(world: World, folder: Path) -> Seen:
        file = folder / f"tested.{kind}"
        with answered_for(world, "tested", folder):
            export_predictions(world.workspace, "churn", "tested", file)
        return world.seen(_text_of(file))

    return write


def _labelled(kind: str) -> FileWriter:
    def write(world: World, folder: Path) -> Seen:
        file = folder / f"rows.{kind}"
        settings = world.company.settings

        def make(withheld: Withheld, check: Callable[[], None]) -> None:
            names = NamesInTables.of(world.workspace, withheld)
            pack = open_store(world.workspace).pack()
            write_tables(file, [labelled_table(settings, pack, names).table], check)

        made_without_withheld(world.workspace, make)
        return world.seen(_text_of(file))

    return write


EVERYBODYS = "everybody"


def everybody_in_a_campaign(world: World) -> str:
    """The name of a campaign everybody is in, as one that began before their demands; an erased customer is in none."""
    known = [one.name for one in world.ledger.campaigns.all()]
    if EVERYBODYS not in known:
        campaign = FrozenCampaign("c1", EVERYBODYS, "", "", NOW, 30, 10, True, _MADE_FROM, NOW)
        world.ledger.campaigns.freeze(
            campaign,
            [
                CampaignMember(
                    "c1", one, f"d-{state}", "call", False, "active", 0.1, 0.1, 1, 1, 1, NOW
                )
                for state, one in world.people.items()
            ],
        )
    return EVERYBODYS


def _to_contact(kind: str) -> FileWriter:
    def write(world: World, folder: Path) -> Seen:
        file = folder / f"calls.{kind}"
        name = everybody_in_a_campaign(world)
        write_contact_list(world.workspace, name, file, language=ENGLISH, currency="EUR")
        if kind == "csv":
            return world.seen(_text_of(file))
        sheet = openpyxl.load_workbook(file).active
        return world.seen(str([*sheet.iter_rows(values_only=True)]))

    return write


def _drawn(kind: str) -> FileWriter:
    def write(world: World, folder: Path) -> Seen:
        file = folder / f"drawn.{kind}"
        everybody_in_a_campaign(world)
        write_exposures(world.workspace, file)
        return world.seen(_text_of(file))

    return write


FILES |= {f"regulars campaign export to {one}": ("demo", _to_contact(one)) for one in ENDINGS}
FILES |= {f"regulars campaign exposures to {one}": ("demo", _drawn(one)) for one in FORMATS}
FILES |= {f"regulars evaluate --export to {one}": ("demo", _tested(one)) for one in FORMATS}
FILES |= {f"regulars dataset --export to {one}": ("demo", _labelled(one)) for one in FORMATS}
FILES |= {f"regulars export to {one}": ("demo", _exported(one)) for one in TARGETS}
FILES |= {f"regulars recommend to {one}": ("items", _listed(one)) for one in FORMATS}
FILES["regulars recommend --item"] = "items", _takers
FILES["regulars offers plan"] = "offers", _planned
FILES["regulars offers simulate"] = "offers", _simulated
