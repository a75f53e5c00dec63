"""The steps of a night, each of which does what a verb of its own does.

A further step is a line in ``STEPS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from features.vocabulary.errors import SettingsRefused
from regulars.call import Call, now_seconds
from regulars.company import forget_erased, store_tables
from regulars.monitoring import look_at_the_week
from regulars.narrator import Outcome
from regulars.retraining import BY_HAND, retrain
from regulars.scoring import export_file, list_items, score_customers, score_for_the_night
from regulars.vectors import compute_vectors

if TYPE_CHECKING:
    from features.company.settings.reading import Settings
    from features.company.settings.service import NightlySettings
    from serving.nightly.night_files import NightFiles


@dataclass(frozen=True)
class NightStep:
    """One step of a night: what does it, which of its figures are told, and whether the settings ask for it.

    ``run`` says ``reused`` in its data where nothing was to be done. What it has published is whole, and what it was
    killed over it begins again.
    """

    name: str
    run: Callable[[Call], Outcome]
    figures: tuple[str, ...]
    is_asked: Callable[[Settings], bool] = lambda settings: True


def refuse_wrong_files(settings: NightlySettings) -> None:
    """Refuse, before anything is done, files of a night that could not be written at its end."""
    from features.exports.table_files import FORMATS
    from serving.exports.reasons import TARGETS
    from serving.items.lists import USE_CASES

    for place, files, known in (
        ("nightly.lists", settings.lists, tuple(USE_CASES)),
        ("nightly.exports", settings.exports, TARGETS),
    ):
        for file, kind in files.items():
            if kind not in known:
                raise _wrong(place, f"one of {', '.join(known)} for every file", f'"{kind}"')
            if file in settings.lists and file in settings.exports:
                raise _wrong(place, "another file than in nightly.lists", f'"{file}" in both')
    for file in settings.lists:
        if Path(file).suffix.removeprefix(".") not in FORMATS:
            raise _wrong("nightly.lists", f"files that end in .{' or .'.join(FORMATS)}", file)


def _wrong(place: str, expected: str, found: str) -> SettingsRefused:
    return SettingsRefused(
        expected=f"{expected} in [{place}]",
        found=found,
        rows=place,
        remedy="Correct it in regulars.toml; nothing was begun.",
    )


def files_of_a_night(call: Call) -> NightFiles:
    """The files other programs find in the morning."""
    from serving.nightly.night_files import NightFiles

    return NightFiles(call.workspace, call.settings.folder)


def _written(
    call: Call, files: Mapping[str, str], write: Callable[[Path, str], Outcome], *figures: str
) -> Outcome:
    """Write the files of a night, or put those back that are right; says how many, and the sum of each figure."""
    from serving.nightly.night_files import made_of_now

    night, made_of = files_of_a_night(call), made_of_now(call.settings, call.workspace)
    sums, anew = dict.fromkeys(figures, 0), 0
    for name, kind in files.items():

        def counted(path: Path, kind: str = kind) -> dict[str, int]:
            found = write(path, kind).data
            return {figure: int(found[figure]) for figure in figures}

        counts = night.right(name, made_of)
        if counts is None:
            anew += 1
            counts = night.made(name, made_of, counted)
        for figure in figures:
            sums[figure] += counts[figure]
    return Outcome(
        said=f"Wrote {anew:,} of {len(files):,} files",
        data={"files": len(files), "reused": not anew, **sums},
    )


def _recommend(call: Call) -> Outcome:
    """Everybody's lists of items in the files the settings ask for."""
    asked = call.settings.nightly

    def write(path: Path, use_case: str) -> Outcome:
        return list_items(call, path, asked.items_a_list, use_case)

    return _written(call, asked.lists, write, "customers", "lines")


def _export(call: Call) -> Outcome:
    """Everybody's risk and reasons in the files the settings ask for."""

    def write(path: Path, target: str) -> Outcome:
        return export_file(call, path, target)

    return _written(call, call.settings.nightly.exports, write, "customers")


def _forget(call: Call) -> Outcome:
    """What ``forget`` does where an erasure is pending; otherwise only rows that were kept long enough go."""
    from serving.snapshot.forgetting import erasures_pending, let_go_of_the_old

    if not erasures_pending(call.workspace):
        let_go = let_go_of_the_old(call.workspace, call.settings.retention, at=now_seconds())
        data = {"erasures": 0, "rows_let_go": let_go, "reused": not let_go}
        return Outcome(said="No erasure was pending", data=data)
    # Those that were demanded since the tables were read.
    for make_without in (store_tables, compute_vectors, score_customers):
        make_without(call)
    outcome = forget_erased(call)
    erasures, let_go = len(outcome.data["erasures_done"]), outcome.data["let_go"]
    return Outcome(said=outcome.said, data={"erasures": erasures, "rows_let_go": let_go})


STEPS: tuple[NightStep, ...] = (
    NightStep("ingest", store_tables, ("rows", "customers")),
    NightStep("vectors", compute_vectors, ("customers", "features", "cutoff")),
    NightStep("monitor", look_at_the_week, ("customers", "alarms")),
    NightStep(
        "retrain",
        retrain,
        ("trained", "version", "gate", "result", "why", "told"),
        lambda settings: settings.nightly.retrain != BY_HAND,
    ),
    NightStep("score", score_for_the_night, ("judged", "statuses", "cutoff_seconds")),
    NightStep(
        "recommend",
        _recommend,
        ("files", "customers", "lines"),
        lambda settings: bool(settings.nightly.lists),
    ),
    NightStep("forget", _forget, ("erasures", "rows_let_go")),
    NightStep(
        "export",
        _export,
        ("files", "customers"),
        lambda settings: bool(settings.nightly.exports),
    ),
)
"""The steps of a night, in order; each goes by what those before it have published."""
