"""A simulated company of which all is known: what its customers do with each contact and without it, beside what the product knows of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import lightgbm
import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from experiments.world import World, WorldSpec, simulate
from experiments.world.archive import Archive, last_rows
from experiments.world.belief import Seen, belief, no_order
from experiments.world.contact_campaigns import CONTACTED, SHARES, ContactCampaigns
from features.company.settings.reading import Settings, load_settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.vectors.refresh import refresh_vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.time import DAY_SECONDS, Cutoff
from serving.nightly.run import open_snapshot, score_everybody
from serving.snapshot.reading import Snapshot
from training.actions.actions import retention_chances
from training.bundles.plans import champion_plan
from training.families.churn.family import CHURN_FAMILY
from training.recipe.recipe import train

OFFERS = ("OFFER-02", "OFFER-07")
FOLLOWED_DAYS = 180
SPREAD_OF_MONEY = 0.5
"""What one who comes back leaves varies around their mean by so much, as a standard deviation of its logarithm; an offer's margin is known."""
FOLDS = 5


@dataclass(frozen=True)
class KnownAction:
    """Something that can be done for each judged customer, with all that is true of it and what the product knows before.

    ``without`` and ``chance`` are the true chances of the outcome: that a customer buys in the 180 days after the horizon, as contacts are measured, or
    takes an offer within a week. ``money_cents`` is what the outcome leaves on average. ``expected_cents`` is what the product expects of it
    before its cost, None where it expects nothing yet; ``known`` ([customers, columns]) is what it knows before the lot, and
    ``taught`` what trees say of ``without`` that learned it, from the same vectors, of other customers: hardly any score can be nearer to it;
    ``taught_cents`` likewise of what they leave without.
    """

    name: str
    cost_cents: float
    without: Floats
    chance: Floats
    money_cents: Floats
    money_spread: float
    expected_cents: Floats | None
    known: Floats
    taught: Floats
    taught_cents: Floats

    @property
    def gain_cents(self) -> Floats:
        """What it truly brings with each customer, before its cost."""
        return (self.chance - self.without) * self.money_cents


@dataclass(frozen=True)
class KnownCompany:
    """The actions of a company, of the same judged customers."""

    actions: tuple[KnownAction, ...]

    @classmethod
    def of(cls, spec: WorldSpec, folder: Path) -> Self:
        """Simulate one, train the churn model, score everybody, and ask the simulation for the truth."""
        world = simulate(spec, folder)
        settings = load_settings(world.settings_file)
        snapshot = _scored(settings)
        return cls((*_contacts(world, settings, snapshot), *_offers(world, settings, snapshot)))


def _scored(settings: Settings) -> Snapshot:
    workspace = Workspace(settings.workspace_folder)
    ingest(settings, workspace)
    train(CHURN_FAMILY, settings, workspace)
    champion = champion_plan(workspace)
    if champion is None:
        raise SystemExit("The gate keeps the churn model of the simulated company out.")
    refresh_vectors(workspace, plan_for=champion.compiled)
    score_everybody(settings, workspace)
    return open_snapshot(workspace)


def _contacts(world: World, settings: Settings, snapshot: Snapshot) -> Iterator[KnownAction]:
    """Calls, letters and e-mails, with their costs by ``[actions]``."""
    keeping = world.keeping(Cutoff(world.spec.end.seconds), settings.churn.horizon_days)
    places = np.searchsorted(keeping.customer_ids, _ids(snapshot))
    keys, risk = snapshot.ranking.customer_keys, snapshot.ranking.probability
    spend = snapshot.spend_cents[keys].astype(np.float64)
    chances = retention_chances(snapshot.actions, snapshot.lifecycle_status[keys], risk)
    coming_back = _ComingBack.of(world, _ids(snapshot), settings.churn.horizon_days)
    without = coming_back.chance(None)
    money = keeping.if_kept_cents[places]
    taught, taught_cents = _taught(snapshot, without), _taught(snapshot, without * money)
    for place, action in enumerate(snapshot.actions):
        yield KnownAction(
            name=action.name,
            cost_cents=float(action.cost_cents),
            without=without,
            chance=coming_back.chance(action.name),
            money_cents=money,
            money_spread=SPREAD_OF_MONEY,
            expected_cents=chances[:, place] * np.maximum(spend, 0.0),
            known=_known(snapshot),
            taught=taught,
            taught_cents=taught_cents,
        )


@dataclass(frozen=True)
class _ComingBack:
    """Who buys after the horizon is over, exactly, given all that had happened but not who has left for good."""

    seen: Seen
    here: Floats
    cutoff_day: int
    horizon_days: int

    @classmethod
    def of(cls, world: World, ids: NDArray[np.str_], horizon_days: int) -> Self:
        """Those of some customers of a simulated company, on its last day."""
        archive, cutoff_day = Archive(world.folder, world.spec), world.spec.days
        orders = archive.table("orders")
        before = orders["seconds"] < cutoff_day * DAY_SECONDS
        customers = orders["customer"][last_rows(orders["customer"], before)]
        seen = archive.seen(
            customers, orders, cutoff_day, cutoff_day + horizon_days + FOLLOWED_DAYS
        )
        wanted = np.searchsorted(customers, np.array([int(one[1:]) for one in ids]))
        here = belief(seen, cutoff_day)[wanted]
        return cls(_of_some(seen, wanted), here, cutoff_day, horizon_days)

    def chance(self, contact: str | None) -> Floats:
        """The chance of an order in the days followed, if everybody has a contact of this kind on the cutoff day, or None."""
        seen, before = self.seen, self.seen.contacts
        if contact is not None:
            contacted = np.full((1, len(seen.people)), CONTACTED, np.int64)
            campaigns = ContactCampaigns(
                np.r_[before.days, self.cutoff_day],
                np.r_[before.kinds, [*SHARES].index(contact)],
                np.vstack([before.arms, contacted]),
            )
            seen = replace(seen, contacts=campaigns)
        silent = no_order(seen, self.here, self.cutoff_day, self.horizon_days, FOLLOWED_DAYS)
        return np.asarray(1.0 - silent)


def _of_some(seen: Seen, wanted: NDArray[np.intp]) -> Seen:
    """The same of some customers, without what counts before the cutoff alone."""
    return replace(
        seen,
        people=seen.people.taken(wanted),
        last_day=seen.last_day[wanted],
        open_from=seen.open_from[wanted],
        open_until=seen.open_until[wanted],
        touches={},
        chances={campaign: one[wanted] for campaign, one in seen.chances.items()},
        accepted_days={campaign: one[wanted] for campaign, one in seen.accepted_days.items()},
        contacts=seen.contacts.taken(wanted),
    )


def _offers(world: World, settings: Settings, snapshot: Snapshot) -> Iterator[KnownAction]:
    """Offers by e-mail, of which the company has no model yet: it knows what share of their lines customers bought of the category."""
    ids = _ids(snapshot)
    truth = world.truth(Cutoff(world.spec.end.seconds), settings.churn.horizon)
    here = truth.still_here[np.searchsorted(truth.customer_ids, ids)]
    table = pq.read_table(world.folder / "offers.parquet").to_pandas().set_index("offer_id")
    cost = next(float(one.cost_cents) for one in snapshot.actions if one.name == "mail")
    for offer in OFFERS:
        uplift = world.uplift(offer)
        places = np.searchsorted(uplift.customer_ids, ids)
        share = _share_of_category(world, str(table.loc[offer, "category"]), ids)
        without = here * uplift.chance_control[places]
        taught, margin = _taught(snapshot, without), 100.0 * float(table.loc[offer, "margin"])
        yield KnownAction(
            name=offer,
            cost_cents=cost,
            without=without,
            chance=here * uplift.chance_treated[places],
            money_cents=np.full(len(ids), margin),
            money_spread=0.0,
            expected_cents=None,
            known=np.column_stack([share, _known(snapshot)]),
            taught=taught,
            taught_cents=margin * taught,
        )


def _taught(snapshot: Snapshot, truth: Floats) -> Floats:
    """What trees say of each customer that learned the truth about the others."""
    vectors = snapshot.values[snapshot.vector_rows[snapshot.ranking.customer_keys]]
    fold, found = np.arange(len(truth)) % FOLDS, np.empty(len(truth))
    for one in range(FOLDS):
        trees = lightgbm.LGBMRegressor(
            n_estimators=150, learning_rate=0.05, num_leaves=15, n_jobs=1, verbose=-1, seed=1
        )
        trees.fit(vectors[fold != one], truth[fold != one])
        found[fold == one] = np.asarray(trees.predict(vectors[fold == one]))
    return found


def _known(snapshot: Snapshot) -> Floats:
    """Score and pre-period of each judged customer: risk, its log-odds, and what they spent in the year before."""
    risk = snapshot.ranking.probability
    spend = snapshot.spend_cents[snapshot.ranking.customer_keys]
    return np.column_stack([risk, np.log(risk / (1.0 - risk)), spend, spend * risk])


def _ids(snapshot: Snapshot) -> NDArray[np.str_]:
    return np.array([snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys])


def _share_of_category(world: World, category: str, ids: NDArray[np.str_]) -> Floats:
    items = pq.read_table(world.folder / "items.parquet", columns=["item_id", "category"])
    columns = ["customer_id", "item_id"]
    lines = pq.read_table(world.folder / "purchases.parquet", columns=columns).to_pandas()
    of = items.to_pandas().set_index("item_id")["category"]
    shares = (lines["item_id"].map(of) == category).groupby(lines["customer_id"]).mean()
    return np.asarray(shares.reindex(ids).fillna(0.0), np.float64)
