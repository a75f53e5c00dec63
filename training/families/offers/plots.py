"""What a training of offers draws: how percentages held, and how many more act the more are approached."""

from __future__ import annotations

from collections.abc import Mapping

from training.families.offers.learning import LearnedOffers
from training.families.offers.persuading import Persuading
from training.families.offers.persuasion import Persuasion
from training.families.offers.uplift.pair import effect_of
from training.families.offers.uplift.qini import qini_curve, qini_interval
from training.plots.curves import reliability_plot
from training.plots.effects import qini_plot
from training.plots.levels import levels_plot

SHIPS = "what ships"


def offer_plots(learned: LearnedOffers) -> Mapping[str, bytes]:
    """Reliability of all tested exposures and the level test by test; Qini where an effect is claimed."""
    ladder, title = learned.ladder, learned.manifest.title
    shipping = ladder.of(ladder.winner.name)
    plots = {
        "reliability.png": reliability_plot(
            ladder.tested.dataset.outcomes,
            shipping.probability,
            f"{title}, tested from {ladder.days[0]} on",
            across_and_up=("expected share who take it", "observed share who took it"),
        ),
        "calibration_by_cutoff.png": levels_plot(
            shipping.levels, shipping.levels.next, "Offers: calibration by cutoff"
        ),
    }
    persuading, effect = learned.learning.persuading, learned.bundle.persuasion
    if persuading is not None and effect is not None:
        plots["qini.png"] = qini_picture(persuading, effect)
    return plots


def qini_picture(persuading: Persuading, effect: Persuasion) -> bytes:
    """A curve for each way that was tried and for what ships, all told of customers they have not seen."""
    experiment, chosen = persuading.experiment, persuading.chosen
    outcomes, treated, weights = experiment.outcomes, experiment.treated, experiment.weights
    scores = {one.name: effect_of(one.log_odds) for one in chosen.candidates}
    scores[SHIPS] = effect_of(effect.scale.brought(experiment.vectors, chosen.log_odds))
    return qini_plot(
        {name: qini_curve(outcomes, one, treated, weights) for name, one in scores.items()},
        qini_interval(outcomes, scores[SHIPS], treated, experiment.vectors.customer_keys, weights),
        int(treated.sum()),
        "Qini, customers not seen",
    )
