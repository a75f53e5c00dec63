"""The challenger beside the champion, every night: scored like it, shown to nobody, and told of both day by day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from features.vocabulary.errors import RegularsError
from regulars.call import Call

if TYPE_CHECKING:
    from serving.nightly.beside import NightBeside
    from training.bundles.manifest import Manifest
    from training.registry.nights import Nights

_MOST_DAYS_A_NIGHT = 7
"""What came of days of before is looked for on so many at most, each of which builds the vectors of its day anew."""


def challenger_beside(call: Call) -> str:
    """Score everybody by the challenger too, note the day, and say so; nothing where there is no challenger.

    What keeps it from being done is said, and keeps nobody from the scores of the champion.
    """
    try:
        return _beside(call)
    except Exception as fault:
        found = fault.found if isinstance(fault, RegularsError) else type(fault).__name__
        return f"; the challenger is not scored beside it: found {found}"


def _beside(call: Call) -> str:
    from serving.nightly.beside import beside
    from serving.nightly.standby import ready_scores
    from serving.snapshot.reading import open_snapshot, open_snapshot_folder
    from serving.snapshot.scores_of_model import scores_of
    from training.bundles.promoted import PromotedBundles
    from training.families.churn.bundle import CHURN_KIND
    from training.registry.nights import Nights
    from training.registry.promotion import challenger_at_hand
    from training.registry.registry import Registry

    settings, workspace = call.settings, call.workspace
    shelf = PromotedBundles(workspace, CHURN_KIND)
    champion = shelf.champion_manifest()
    challenger = challenger_at_hand(settings, workspace, kind=CHURN_KIND)
    if champion is None or challenger is None:
        return ""
    if challenger.task.as_dict() != champion.task.as_dict():
        return f"; the challenger, version {challenger.version}, answers another question and is not scored beside it"
    ready_scores(settings, workspace, shelf.exported(challenger.digest), call.narrator.progress)
    made = scores_of(workspace, challenger.digest)
    night = made and beside(
        open_snapshot(workspace),
        open_snapshot_folder(made),
        list_size=settings.campaign.list_size,
    )
    if not night:
        return ""
    nights = Nights(Registry(settings, workspace, CHURN_KIND.name), workspace)
    nights.note(
        (champion.version, champion.digest),
        (challenger.version, challenger.digest),
        _asked(champion),
        _day(night.cutoff_seconds),
        _figures(night),
    )
    came = _note_what_came(call, nights, _asked(champion))
    return _said(challenger.version, night) + came


def _note_what_came(call: Call, nights: Nights, asked: str) -> str:
    """Look what came of days whose outcome is known by now, and say of how many."""
    from features.store.store import open_store
    from serving.nightly.beside import happened_after
    from serving.process.without_training import libraries_hidden
    from training.families.churn.bundle import current_bundle

    with libraries_hidden():
        bundle = current_bundle(call.workspace)
    store = open_store(call.workspace)
    pack, rates = store.pack(), dict[date, float | None]()
    noted = 0
    for one in nights.open_days(asked):
        if one.day not in rates:
            if len(rates) == _MOST_DAYS_A_NIGHT:
                break
            rates[one.day] = happened_after(bundle, store, pack, _seconds(one.day))
        rate = rates[one.day]
        if rate is None:
            # Later days are known later still.
            break
        nights.note_what_came(one, rate)
        noted += 1
    days = "1 earlier day" if noted == 1 else f"{noted:,} earlier days"
    return f", and what came of {days} is noted" if noted else ""


def _said(version: str, night: NightBeside) -> str:
    return (
        f"; version {version} judged them too, shown to nobody: mean risk {night.challenger_mean:.1%} against "
        f"{night.champion_mean:.1%}, {night.agreement:.0%} of the riskiest the same"
    )


def _figures(night: NightBeside) -> Mapping[str, float]:
    return {
        "customers": float(night.customers),
        "champion/mean": night.champion_mean,
        "challenger/mean": night.challenger_mean,
        "champion/above": night.champion_above,
        "challenger/above": night.challenger_above,
        "agreement": night.agreement,
    }


def _asked(manifest: Manifest[Any]) -> str:
    """A name for what a model is asked."""
    return sha256(repr(sorted(manifest.task.as_dict().items())).encode()).hexdigest()[:16]


def _day(seconds: int) -> date:
    return datetime.fromtimestamp(seconds, UTC).date()


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
