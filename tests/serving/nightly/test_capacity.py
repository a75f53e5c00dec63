"""A contact of which there are few goes to as many and no more, and the page says so."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from features.company.settings.actions import ActionSettings, CallSettings
from features.company.workspace import Workspace
from features.lifecycle.stages import LifecycleStatus
from serving.nightly.run import score_everybody
from serving.pages.customer.to_do_view import to_do_section
from serving.snapshot.reading import Snapshot, open_snapshot
from tests.serving.company import Company
from training.actions.actions import NOTHING
from training.actions.best import ContactCase, best_actions_for
from training.reasons.languages.known import ENGLISH

CALLS = 3


@pytest.fixture(scope="module")
def limited(demo_workspace: Company, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The scores of a company that can call three customers and would gain by calling many."""
    folder = tmp_path_factory.mktemp("limited") / "workspace"
    shutil.copytree(demo_workspace.workspace.folder, folder)
    workspace = Workspace(folder)
    call = CallSettings(cost_cents=5, capacity_customers=CALLS)
    settings = replace(demo_workspace.settings, actions=ActionSettings(call=call))
    score_everybody(settings, workspace)
    return open_snapshot(workspace)


def called(snapshot: Snapshot) -> np.ndarray:
    return np.flatnonzero(snapshot.best_action == 0)


def test_as_many_are_called_as_can_be_and_others_have_their_next_best(limited: Snapshot) -> None:
    assert limited.actions[0].name == "call"
    assert 0 < len(called(limited)) <= CALLS
    assert limited.actions[0].price_cents > 0
    assert np.count_nonzero(limited.best_action > 0) > CALLS


def test_one_customer_is_answered_what_the_night_has_found(limited: Snapshot) -> None:
    for place in range(limited.judged):
        key = int(limited.ranking.customer_keys[place])
        case = ContactCase(
            LifecycleStatus(int(limited.lifecycle_status[key])),
            float(limited.ranking.probability[place]),
            round(float(limited.retained_cents(np.array([place]))[0])),
            has_refused=bool(limited.has_refused_contact[key]),
        )
        (best,) = best_actions_for(limited.actions, [case])
        night = int(limited.best_action[place])
        name = None if night == NOTHING else limited.actions[night].name
        assert (None if best.action is None else best.action.name) == name
        assert best.net_gain_cents == limited.net_gain_cents[place]


def test_the_page_says_how_many_calls_there_are_and_to_whom_they_go(limited: Snapshot) -> None:
    (place, *_) = called(limited)
    section = to_do_section(limited, int(place), "EUR", ENGLISH)
    assert section is not None
    assert f"Call: {CALLS} can be made, and go to those for whom they do €" in section.note
