"""Whom a customer is compared with."""

from __future__ import annotations

import numpy as np

from training.reasons.peers import LEAST_PEERS, Peers

NAMES = ("days_since_first_order", "orders_count_90d")


def learned(*bands: tuple[float, int]) -> Peers:
    """As many customers of each tenure; the riskier half has 1 order and the calmer one 7."""
    tenure = np.concatenate([np.full(size, days) for days, size in bands])
    risk = np.concatenate([np.arange(size) / size for _, size in bands])
    values = np.column_stack([tenure, np.where(risk < 0.5, 7, 1)]).astype(np.float32)
    return Peers.learn(values, NAMES, risk, np.array([300, 3], np.float32))


def test_typical_is_what_the_calmer_half_of_a_band_does() -> None:
    peers = learned((100, 2 * LEAST_PEERS), (400, 2 * LEAST_PEERS), (900, 2 * LEAST_PEERS))
    assert peers.typical[:, 1].tolist() == [3, 7, 7, 7]
    assert peers.typical[:, 0].tolist() == [300, 100, 400, 900]


def test_a_band_begins_with_its_day() -> None:
    peers = learned((100, 200), (400, 200), (900, 200))
    tenure = np.array([0, 364.9, 365, 729.9, 730, np.nan], np.float32)
    rows = np.column_stack([tenure, np.ones(6, np.float32)])
    assert peers.group_of(rows).tolist() == [1, 1, 2, 2, 3, 0]


def test_too_few_of_a_band_are_no_measure() -> None:
    peers = learned((100, 200), (400, 2 * LEAST_PEERS - 2))
    assert np.isnan(peers.typical[2:]).all()
    assert peers.group_of(np.array([[400, 1]], np.float32)).tolist() == [0]


def test_without_a_feature_of_tenure_everybody_is_the_measure() -> None:
    values = np.ones((200, 1), np.float32)
    peers = Peers.learn(values, ("orders_count_90d",), np.arange(200.0), np.array([2], np.float32))
    assert peers.group_of(values).tolist() == [0] * 200
