"""Plain contacts beside offers: told in one money, by the figures of the list, and not to whom they are not to go now."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

import numpy as np
import pytest

from features.store.pack import EventStream, Pack
from features.vocabulary.time import DAY_SECONDS
from serving.offers.contact_policy import ContactPolicy
from serving.offers.offering import Offering
from serving.offers.plans.contacts import ContactsMade, PlainContacts, why_scores_apart
from serving.offers.plans.plans import required_offering
from serving.snapshot.reading import Snapshot, open_snapshot
from tests.serving.calling import NOW
from tests.serving.company import Company
from training.actions.actions import MEASURED

NOBODY_YET = NOW
"""Long after the company's last exposure, so that only what a test tells of counts."""
_CALL, _LETTER, _MAIL = range(3)


@pytest.fixture(scope="module")
def found(arbitrating_company: Company) -> Offering:
    return required_offering(arbitrating_company.settings, arbitrating_company.workspace)


@pytest.fixture(scope="module")
def snapshot(arbitrating_company: Company) -> Snapshot:
    return open_snapshot(arbitrating_company.workspace)


def contacted(pack: Pack, *rows: tuple[int, str, str, int]) -> Pack:
    """A company whose exposures are these: customer, what of, arm and second."""
    offers, arms = sorted({one[1] for one in rows}), ["control", "treated"]
    stream = EventStream(
        np.searchsorted([one[0] for one in rows], np.arange(pack.customers + 1)),
        np.array([one[3] for one in rows], np.int64),
        {
            "offer": np.array([offers.index(one[1]) for one in rows], np.int32),
            "arm": np.array([arms.index(one[2]) for one in rows], np.int32),
        },
        {"offer": offers, "arm": arms},
    )
    return replace(pack, streams={**pack.streams, "exposures": stream})


def under(found: Offering, **limits: object) -> Offering:
    """The same under nothing but these limits of contact."""
    contact = replace(ContactPolicy({}), **limits)  # type: ignore[arg-type]
    return found.with_policy(replace(found.policy, contact=contact))


def test_who_is_compared_is_told_in_margin_as_an_effect_and_of_the_same_events(
    found: Offering, snapshot: Snapshot
) -> None:
    """Each way in which the two sums would be of different things keeps them apart, in words that say what to do."""
    assert why_scores_apart(found, snapshot) == ""
    value = snapshot.manifest["value"]
    in_spend = {**snapshot.manifest, "value": {**value, "money": "spend"}}
    apart = {
        "nobody is scored": None,
        "what contacts bring": replace(
            snapshot, manifest={**snapshot.manifest, "means_leaving": False}
        ),
        "unit_cost": replace(snapshot, manifest=in_spend),
        "other events": replace(snapshot, manifest={**snapshot.manifest, "data_digest": "older"}),
    }
    for words, scores in apart.items():
        assert words in why_scores_apart(found, scores)
    unknown = copy(found)
    task = replace(found.manifest.task, is_causal=False)
    unknown.bundle = replace(found.bundle, manifest=replace(found.manifest, task=task))
    assert "offers.assumed_effect_percent" in why_scores_apart(unknown, snapshot)
    assumed = unknown.with_policy(replace(found.policy, assumed_effect=0.5))
    assert why_scores_apart(assumed, snapshot) == ""


def test_a_contact_brings_what_the_list_says_of_it(found: Offering, snapshot: Snapshot) -> None:
    """Everybody whose best action on the list is a contact has it here, with the same gain to the cent."""
    contacts = PlainContacts.beside(found, snapshot)
    keys = np.asarray(snapshot.ranking.customer_keys, np.int32)
    gains = contacts.net_gains_cents(keys)
    acts = np.flatnonzero(snapshot.best_action >= 0)
    assert len(acts) > 100
    assert gains[acts].argmax(axis=1).tolist() == snapshot.best_action[acts].tolist()
    assert np.round(gains[acts].max(axis=1)).tolist() == snapshot.net_gain_cents[acts].tolist()


def test_who_has_no_score_has_no_contact(found: Offering, snapshot: Snapshot) -> None:
    unjudged = np.flatnonzero(snapshot.places < 0).astype(np.int32)
    gains = PlainContacts.beside(found, snapshot).net_gains_cents(unjudged)
    assert len(unjudged) > 0 and (gains == -np.inf).all()


def test_who_refused_marketing_is_not_contacted(found: Offering, snapshot: Snapshot) -> None:
    keys = np.arange(found.pack.customers, dtype=np.int32)
    permitted = PlainContacts.beside(found, snapshot).permitted(keys, (), NOBODY_YET)
    refused = np.asarray(snapshot.has_refused_contact) == 1
    assert refused.any() and not permitted[refused].any() and permitted[~refused].all()


def test_quiet_days_are_kept_after_a_contact_as_after_an_offer(
    found: Offering, snapshot: Snapshot
) -> None:
    """Called three days ago, offered something three days ago, held out of a call, and called nine days ago."""
    ago = [NOBODY_YET - days * DAY_SECONDS for days in (3, 3, 9)]
    told = contacted(
        found.pack, (0, "call", "treated", ago[0]), (2, "call", "control", ago[1]), (3, "letter", "treated", ago[2])
    )  # fmt: skip
    contacts = PlainContacts(under(found, quiet_days=7), snapshot, ContactsMade.of(told))
    reachable = np.flatnonzero(np.asarray(snapshot.has_refused_contact)[:4] == 0)
    permitted = contacts.permitted(np.arange(4, dtype=np.int32), [(1, 0, ago[0])], NOBODY_YET)
    expected = np.array([False, False, True, True])
    assert permitted[reachable].tolist() == np.tile(expected[:, None], 3)[reachable].tolist()


def test_a_full_channel_closes_the_contact_through_it_alone(
    found: Offering, snapshot: Snapshot
) -> None:
    """One mail a week: who had one yesterday may be called and written to, and has another in seven days."""
    day = NOBODY_YET - DAY_SECONDS
    keys = np.flatnonzero(np.asarray(snapshot.has_refused_contact) == 0).astype(np.int32)[:4]
    told = contacted(found.pack, (int(keys[1]), "mail", "treated", day))
    contacts = PlainContacts(
        under(found, weekly_caps={"email": 1}), snapshot, ContactsMade.of(told)
    )
    closed = np.argwhere(~contacts.permitted(keys, (), NOBODY_YET)).tolist()
    assert closed == [[1, _MAIL]]
    assert contacts.permitted(keys, (), day + 7 * DAY_SECONDS).all()


def test_an_effect_is_measured_where_campaigns_outweigh_the_assumption_of_that_status(
    found: Offering, snapshot: Snapshot
) -> None:
    """Of two contacts one was measured, and of it everything but the first status."""
    call, letter, mail = snapshot.actions
    told = (None, *(0.05 for _ in call.keeps[1:]))
    letter = replace(letter, source=MEASURED, kept_chances=told)
    named = {**snapshot.manifest, "actions": [one.as_dict() for one in (call, letter, mail)]}
    measured = replace(snapshot, manifest=named)
    keys = np.asarray(snapshot.ranking.customer_keys[:200], np.int32)
    sources = PlainContacts.beside(found, measured).sources(keys)
    first = snapshot.lifecycle_status[keys] == 0
    assert (sources[:, [_CALL, _MAIL]] == "assumed").all()
    assert (sources[~first, _LETTER] == "measured").all() and (~first).any()
    assert (sources[first, _LETTER] == "assumed").all()
