"""Learning who takes an offer without publishing it: from a store to a measured model in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np

from features.company.settings.offers import OfferSettings
from features.plan.plan import Plan
from features.store.pack import EventStream, Pack
from features.store.store import Store
from features.vectors.refresh import end_of_data
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import Cutoff
from features.vocabulary.words import PLAIN_CONTACTS
from training.bundles.manifest import Manifest
from training.families.offers.bundle import OFFERS, Evidence, OfferBundle, OfferTask
from training.families.offers.checks import figure_checks
from training.families.offers.exposures.affinity import affinities
from training.families.offers.exposures.crosses import CROSSES, GROUPS, crossed_names
from training.families.offers.exposures.exposed import Exposed
from training.families.offers.exposures.ground import Asked, Ground
from training.families.offers.exposures.tastes import Tastes
from training.families.offers.exposures.terms import Offers
from training.families.offers.ladder import JOINT, JOINT_WAY, OfferLadder, climb, offer_rungs
from training.families.offers.persuading import Persuading
from training.families.offers.propensity import Propensity
from training.ladder.choice import best_shippable, next_rung, notes_on_passed_over
from training.learners.usable import usable_features
from training.measures.intervals import finite
from training.measures.levels import HeldLevels
from training.registry.gate import failed_of, said_of
from training.registry.provenance import provenance

FAMILY, JOINT_FAMILY = "pooled propensity", "pair of both arms"
PROPENSITY: Final = "propensity"
AFFINITY: Final = "affinity"
_CHOSEN_ON_ALL = (
    "Which features and ways tell both chances was chosen on all exposures, the tested ones among them; what is said of the "
    "tested was learned from what was over before"
)


@dataclass(frozen=True)
class LearnedOffers:
    """A model of offers ready to be written, with everything that was measured on the way."""

    bundle: OfferBundle
    ladder: OfferLadder
    customers: int
    rows: int
    learning: _Learning = field(repr=False)

    @property
    def manifest(self) -> Manifest[OfferTask]:
        """What the model says about itself."""
        return self.bundle.manifest

    @property
    def origins(self) -> dict[str, Any]:
        """Which days were tested."""
        return {"tested_at": [str(one) for one in self.ladder.days]}


def learn_offers(
    store: Store,
    plan: Plan,
    settings: OfferSettings,
    *,
    threads: int = 2,
    progress: Progress = silent,
) -> LearnedOffers:
    """Assemble what was known before every exposure, choose how to tell who takes an offer, and what it changes.

    Raises ``DataRefused`` for offers that cannot be decided about and ``ModelRefused`` when too little was
    shown; then nothing is registered.
    """
    pack, offers = store.pack(), Offers.of_store(store)
    end = end_of_data(pack)
    kind, exposed = _shown_or_bought(pack, offers, settings, end)
    exposed, shown = _over_and_shown(exposed, end, settings.response_days)
    ground = Ground(pack, plan, offers, threads, progress)
    asked = ground.asked(exposed)
    of_shown = asked.select(np.flatnonzero(exposed.treated))
    usable = usable_features(of_shown.dataset, of_company=True)
    persuading, why_not = _persuading(asked, exposed, kind, offers, settings, progress)
    joint = None if persuading is None else _Joint(persuading, exposed)
    ladder = climb(of_shown, offer_rungs(usable.names), joint, threads=threads, progress=progress)
    ladder = best_shippable(ladder, _gate_fault)
    tastes, notes = ground.tastes(end), [*usable.notes, *_notes(kind, shown)]
    learning = _Learning(
        pack, plan, offers, settings, kind, of_shown, shown, persuading, why_not, tastes, notes
    )
    return _learned(learning, ladder, threads, progress)


def next_best(
    learned: LearnedOffers, why: str, *, threads: int = 2, progress: Progress = silent
) -> LearnedOffers | None:
    """The best other way fitted in the place of the one that ships, which is kept out; None where none is left.

    Ways whose figures at the tests would keep them out too are passed over unfitted.
    """
    ladder = next_rung(learned.ladder, why, _gate_fault)
    return None if ladder is None else _learned(learned.learning, ladder, threads, progress)


def _gate_fault(ladder: OfferLadder) -> str:
    return said_of(failed_of(figure_checks(ladder.shipping)))


@dataclass(frozen=True)
class _Learning:
    """What every way is fitted on and told with."""

    pack: Pack
    plan: Plan
    offers: Offers
    settings: OfferSettings
    kind: Evidence
    asked: Asked
    shown: Exposed
    persuading: Persuading | None
    not_causal_because: str
    tastes: Tastes
    notes: Sequence[str]


@dataclass(frozen=True)
class _Joint:
    """The chosen way to tell both chances, learned anew for each tested day from what was over by then."""

    persuading: Persuading
    exposed: Exposed

    def __call__(self, day: Cutoff, vectors: Vectors) -> Floats:
        known = self.exposed.ripe(day)
        persuasion = self.persuading.learned_from(known)
        if persuasion is None:
            # Too few of one arm by then: everybody as often as offers were taken.
            usual = float(self.exposed.taken[known & self.exposed.treated].mean())
            return np.full(vectors.rows, usual)
        return persuasion.chances(vectors)[1]


def _learned(
    learning: _Learning, ladder: OfferLadder, threads: int, progress: Progress
) -> LearnedOffers:
    """The way that ships fitted on everything that was shown, and what was held back where it tells both chances."""
    offers, shown = learning.offers, learning.shown
    progress("fitting the model that ships", 0, 1)
    effect, propensity, why_not = None, None, learning.not_causal_because
    if ladder.winner is JOINT_WAY and learning.persuading is not None:
        effect = learning.persuading.persuasion()
        title = f"{JOINT}, {effect.pair.name}, one for all offers"
    else:
        propensity = Propensity.fit(
            ladder.winner, learning.asked.dataset, shown.offers, len(offers), threads=threads
        )
        title = f"{ladder.winner.name}, one for all offers"
        why_not = why_not or f"{JOINT} is kept out: {ladder.passed_over[JOINT]}"
    progress("fitting the model that ships", 1, 1)
    metrics = {
        key: one for key, one in _plain(ladder.shipping).items() if key not in ("name", "ships")
    }
    causal = [f"Not causal: {why_not}"] if why_not else [_CHOSEN_ON_ALL]
    manifest = Manifest(
        name=OFFERS,
        learner=FAMILY if effect is None else JOINT_FAMILY,
        title=title,
        task=OfferTask(
            learning.kind, learning.settings.response_days, offers, effect is not None, why_not
        ),
        **_provenance(learning.plan, learning.pack),
        base_rate=float(shown.taken.mean()),
        metrics=metrics | HeldLevels.from_dict(metrics["by_cutoff"]).next_figures,
        ladder=[_plain(row) for row in ladder.rows()],
        evaluation={
            "by_offer": ladder.by_offer([one.offer_id for one in offers.listed]),
            "persuasion": None if effect is None else effect.as_dict(),
        },
        notes=[*learning.notes, *causal, *notes_on_passed_over(ladder.passed_over)],
    )
    return LearnedOffers(
        OfferBundle(manifest, learning.plan.declarations, propensity, effect, learning.tastes),
        ladder,
        len(np.unique(shown.customer_keys)),
        shown.rows,
        learning,
    )


def _provenance(plan: Plan, pack: Pack) -> dict[str, Any]:
    """What it was made from, with the crosses behind the features of behaviour."""
    told = provenance(plan, pack)
    told["feature_names"] = list(crossed_names(plan.feature_names))
    told["features"] = [*told["features"], *map(asdict, CROSSES)]
    told["groups"] = [*told["groups"], *map(asdict, GROUPS)]
    return told


def _shown_or_bought(
    pack: Pack, offers: Offers, settings: OfferSettings, end: Cutoff
) -> tuple[Evidence, Exposed]:
    """The exposures, or where none are kept of offers what was bought of what offers are for."""
    if "exposures" in pack.streams and not _are_plain_contacts(pack.streams["exposures"]):
        return PROPENSITY, Exposed.of_pack(pack, offers, settings.response_days)
    return AFFINITY, affinities(pack, offers, settings.response_days, end)


def _over_and_shown(exposed: Exposed, end: Cutoff, response_days: int) -> tuple[Exposed, Exposed]:
    """The exposures whose days are over, and those of them that were shown."""
    over = exposed.select(np.flatnonzero(exposed.ripe(end)))
    shown = over.select(np.flatnonzero(over.treated))
    if over.rows and not shown.rows:
        raise ModelRefused(
            expected="offers that were shown to somebody",
            found="only customers of the control arm",
            remedy="Say in the column arm who was shown the offer: only `control` means that it was not.",
        )
    if not shown.rows:
        raise ModelRefused(
            expected=f"offers shown whose days, or {response_days} of them, are over by {end}",
            found="none",
            remedy="Set a shorter offers.response_days, or wait until the first are over.",
        )
    return over, shown


def _are_plain_contacts(exposures: EventStream) -> bool:
    """Whether all that was kept is whom the company called, wrote to or mailed, and no offer."""
    names = {*exposures.dictionaries["offer"]}
    return bool(names) and names <= {*PLAIN_CONTACTS}


def _persuading(
    asked: Asked,
    exposed: Exposed,
    kind: Evidence,
    offers: Offers,
    settings: OfferSettings,
    progress: Progress,
) -> tuple[Persuading | None, str]:
    """How to tell what offers change, or in words why nobody can."""
    if kind == AFFINITY:
        return None, "nobody kept which offers were shown"
    try:
        return Persuading.of(asked, exposed, offers, settings.contact_cents, progress=progress), ""
    except ModelRefused as refused:
        return None, f"expected {refused.expected}, found {refused.found}"


def _notes(kind: str, shown: Exposed) -> list[str]:
    found = []
    if kind == AFFINITY:
        found.append(
            "No exposures are kept: this is an affinity (bought in the horizon), not a propensity to "
            "take an offer"
        )
    overlapping = shown.overlapping()
    if overlapping > 0.05:
        found.append(
            f"{overlapping:.0%} of the exposures have another of the same customer in their days: "
            "each is told from what was known before it"
        )
    return found


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row for the record: eight digits, and None where there is no answer."""
    return {
        key: finite({key: one})[key] if isinstance(one, float) else one for key, one in row.items()
    }
