"""Models that several files look at and nobody changes: that of churn is learned once a run of the tests, that of value by each worker."""

from __future__ import annotations

import pytest

from features.company.settings.questions import ChurnSettings, ValueSettings
from features.plan.plan import standard_plan
from features.store.pack import Pack
from tests.shared_companies import learned_once
from tests.training.companies import company, spend
from training.families.churn.learning import Learned, learn_churn
from training.families.value.learning import LearnedValue, learn_value


@pytest.fixture(scope="session")
def learned_churn(tmp_path_factory: pytest.TempPathFactory) -> Learned:
    """A churn model of five hundred customers, with its ladder and its splits."""

    def learn() -> Learned:
        pack = company(500, days=450)
        return learn_churn(pack, standard_plan(pack), ChurnSettings(horizon_days=60))

    return learned_once(tmp_path_factory, "churn of five hundred", learn)


@pytest.fixture(scope="session")
def shop() -> Pack:
    """The company whose customers' value is learned."""
    return company(500, days=420)


@pytest.fixture(scope="session")
def learned_value(shop: Pack) -> LearnedValue:
    """A value model of that company, learned by one thread."""
    plan, settings = standard_plan(shop), ValueSettings(horizon_days=60)
    return learn_value(shop, plan, settings, spend(shop), threads=1)
