"""Offers: learned from what was shown and taken, tested on later days, and told as a ladder with a card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from features.company.settings.offers import OfferSettings
from features.company.settings.questions import ChurnSettings, ReasonSettings
from features.company.settings.reading import Settings
from training.bundles.manifest import Manifest
from training.bundles.plans import plan_to_learn
from training.families.offers.bundle import OFFER_KIND, OfferBundle, OfferTask
from training.families.offers.checks import offers_gate
from training.families.offers.learning import LearnedOffers, learn_offers, next_best
from training.families.offers.plots import offer_plots
from training.families.offers.recomputed import LEFT_OUT, offer_predictions, recomputed_offers
from training.families.offers.report import COLUMNS, offer_card, offer_cell
from training.recipe.family import ALWAYS_ANEW, Given, Recompute, answers_today
from training.recipe.report import Report, ReportedLadder, as_table, ladder_figures, rung_runs
from training.registry.gate import Check


@dataclass(frozen=True)
class OffersOwn:
    """The days of an answer, and what the features of behaviour are made from."""

    offers: OfferSettings
    churn: ChurnSettings
    reasons: ReasonSettings


class OffersFamily:
    """Who takes which offer, and what offers change."""

    kind = OFFER_KIND
    description = "Who takes which offer, and what offers change where a control arm tells it."
    recompute = Recompute(recomputed_offers, left_out=LEFT_OUT)

    def own(self, settings: Settings) -> OffersOwn:
        """Offers are told by the features of behaviour, which have settings of their own."""
        return OffersOwn(settings.offers, settings.churn, settings.reasons)

    def is_current(self, given: Given[OffersOwn]) -> bool:
        """Today's data, and the days that are asked for."""
        return answers_today(OFFER_KIND, given, given.own.offers.response_days)

    def still_fits(self, given: Given[OffersOwn]) -> str:
        """What is taken follows the latest exposures."""
        return ALWAYS_ANEW

    def learn(self, given: Given[OffersOwn]) -> LearnedOffers:
        """Learn from every exposure whose days are over; ``DataRefused`` for offers nobody can decide about."""
        plan = plan_to_learn(given.pack, given.own.churn, given.own.reasons)
        return learn_offers(
            given.store, plan, given.own.offers, threads=given.threads, progress=given.progress
        )

    def next_best(
        self, given: Given[OffersOwn], learned: LearnedOffers, why: str
    ) -> LearnedOffers | None:
        """The best way that is left of the same ladder."""
        return next_best(learned, why, threads=given.threads, progress=given.progress)

    def model(self, learned: LearnedOffers) -> tuple[Manifest[OfferTask], OfferBundle]:
        """Propensity and effect, with the terms of the offers."""
        return learned.manifest, learned.bundle

    def report(
        self, given: Given[OffersOwn], learned: LearnedOffers, manifest: Manifest[OfferTask]
    ) -> Report:
        """Every way to tell who takes an offer side by side, and what offers change."""
        return Report(
            card=offer_card(manifest, learned.origins, company=given.company.name),
            parameters=_parameters(learned),
            metrics=ladder_figures(manifest),
            child_runs=rung_runs(manifest, learned.ladder.ways),
            customers=learned.customers,
            rows=learned.rows,
            features=learned.bundle.feature_names,
            outcome="offer taken" if manifest.task.kind == "propensity" else "offered item bought",
            headlines=(
                "within_offer_auc",
                "pooled_auc",
                "ece",
                "observed_over_expected",
                "log_loss",
            ),
            ladder=ReportedLadder(manifest.ladder, COLUMNS, offer_cell, "ece", "by_cutoff"),
            tables={
                "evaluation.json": as_table(manifest.evaluation),
                "origins.json": as_table(learned.origins),
            },
            plots=partial(offer_plots, learned),
            origins=learned.origins,
            predictions=offer_predictions(learned.ladder),
            passed_over=learned.ladder.passed_over,
        )

    def checks(self, folder: Path, champion: Manifest[OfferTask] | None) -> Sequence[Check]:
        """Order within offers, level and size."""
        return offers_gate(folder, champion)


def _parameters(learned: LearnedOffers) -> Mapping[str, Any]:
    manifest = learned.manifest
    return {
        "response_days": manifest.horizon_days,
        "title": manifest.title,
        "family": manifest.learner,
        "kind": manifest.task.kind,
        "is_causal": manifest.task.is_causal,
        "plan_hash": manifest.plan_hash,
        "data_digest": manifest.data_digest,
        "data_cut": manifest.data_cut,
        "offers": len(learned.bundle.offers),
        "customers": learned.customers,
        "rows": learned.rows,
        "rounds": learned.bundle.rounds,
        "test_cutoffs": ", ".join(learned.origins["tested_at"]),
    }


OFFERS_FAMILY = OffersFamily()
