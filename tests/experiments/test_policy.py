"""What a policy would have brought: by hand on four decisions, by law on any, by truth on a hundred logs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments import policy
from experiments.policy import ESTIMATORS, Log, policy_value
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused


def certain(actions: list[int], count: int) -> Floats:
    """A policy that takes these actions."""
    return np.eye(count)[actions]


@pytest.fixture
def small_logs_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hand-made logs are smaller than a verdict needs."""
    monkeypatch.setattr(policy, "LEAST_EFFECTIVE", 0.0)


@pytest.mark.usefixtures("small_logs_allowed")
def test_four_decisions_are_weighed_as_by_hand() -> None:
    log = Log(
        taken=np.array([0, 1, 0, 1]),
        rewards=np.array([1.0, 0.0, 3.0, 2.0]),
        chances=np.array([[0.5, 0.5], [0.5, 0.5], [0.25, 0.75], [0.75, 0.25]]),
        expected=np.array([[1.0, 0.5], [1.0, 0.5], [2.0, 0.5], [1.0, 1.5]]),
    )
    found = policy_value(log, certain([0, 0, 0, 1], 2))
    # The second decision took the other action; the others weigh 1/.5, 1/.25 and 1/.25.
    value = {name: one.value for name, one in found.estimates.items()}
    assert value["IPS"] == pytest.approx((2 * 1 + 4 * 3 + 4 * 2) / 4)
    assert value["SNIPS"] == pytest.approx((2 * 1 + 4 * 3 + 4 * 2) / 10)
    assert value["DM"] == pytest.approx((1 + 1 + 2 + 1.5) / 4)
    assert value["DR"] == pytest.approx(value["DM"] + (2 * 0 + 4 * 1 + 4 * 0.5) / 4)
    assert value["SNDR"] == pytest.approx(value["DM"] + (2 * 0 + 4 * 1 + 4 * 0.5) / 10)
    assert found.effective_decisions == pytest.approx(100 / 36)
    assert found.largest_weight == 4.0 and found.unsupported == 0.0


def bandit(seed: int, rows: int, actions: int = 4) -> tuple[Log, Floats, float]:
    """A log of random offers to customers of two kinds, another policy, and what it is truly worth."""
    random = np.random.default_rng(seed)
    kind = random.integers(0, 2, rows)
    rates = np.array([[0.05, 0.10, 0.20, 0.08], [0.15, 0.05, 0.04, 0.30]])[:, :actions]
    chances = np.array([[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4]])[kind][:, :actions]
    chances = chances / chances.sum(axis=1, keepdims=True)
    taken = (random.random(rows)[:, None] > chances.cumsum(axis=1)).sum(axis=1)
    taken = np.minimum(taken, actions - 1)
    rewards = (random.random(rows) < rates[kind, taken]).astype(float)
    # A model that is wrong by a fifth.
    wanted = 0.1 / actions + 0.9 * np.eye(actions)[rates.argmax(axis=1)][kind]
    truth = float((wanted * rates[kind]).sum(axis=1).mean())
    return Log(taken, rewards, chances, 0.8 * rates[kind]), wanted, truth


@pytest.mark.parametrize("logs", [10, pytest.param(100, marks=pytest.mark.slow)])
def test_intervals_hold_the_truth_in_nine_of_ten_logs_but_for_the_model_alone(logs: int) -> None:
    held = dict.fromkeys(ESTIMATORS, 0)
    for seed in range(logs):
        log, wanted, truth = bandit(seed, 3_000)
        for name, one in policy_value(log, wanted).estimates.items():
            held[name] += one.holds(truth)
    assert all(10 * held[name] >= 9 * logs for name in ("IPS", "SNIPS", "DR", "SNDR", "Switch-DR"))
    # The model is wrong by a fifth, and its interval says so.
    assert 10 * held["DM"] >= 9 * logs


def test_the_interval_of_a_model_counts_what_the_model_errs_by() -> None:
    """A model that expects a fifth too little is as sure as one that is right; what was seen tells them apart."""
    log, wanted, truth = bandit(11, 20_000)
    assert log.expected is not None
    wrong, right = (
        policy_value(
            Log(log.taken, log.rewards, log.chances, scale * log.expected), wanted
        ).estimates
        for scale in (1.0, 1.25)
    )
    assert wrong["DM"].value < 0.85 * truth and wrong["DM"].holds(truth)
    assert wrong["DM"].high - wrong["DM"].low > right["DM"].high - right["DM"].low
    for one in (wrong, right):
        assert one["DM"].low <= min(one["DM"].value, one["DR"].low)
        assert one["DM"].high >= max(one["DM"].value, one["DR"].high)


def test_without_a_model_nothing_is_told_by_a_model() -> None:
    log, wanted, _ = bandit(2, 2_000)
    found = policy_value(Log(log.taken, log.rewards, log.chances), wanted).estimates
    assert tuple(found) == tuple(one for one in ESTIMATORS if one != "DM")
    assert tuple(policy_value(log, wanted).estimates) == ESTIMATORS


@pytest.mark.parametrize("seed", range(8))
def test_the_chance_of_the_action_taken_is_all_a_log_must_have(seed: int) -> None:
    log, wanted, _ = bandit(seed, 2_000)
    alone = Log(log.taken, log.rewards, log.shown, log.expected)
    whole, found = policy_value(log, wanted), policy_value(alone, wanted)
    for name in ("DM", "IPS", "SNIPS", "DR", "SNDR"):
        assert found.estimates[name] == whole.estimates[name]
    assert found.effective_decisions == whole.effective_decisions


@pytest.mark.parametrize("logs", [10, pytest.param(100, marks=pytest.mark.slow)])
def test_intervals_of_logs_of_chances_taken_alone_hold_the_truth(logs: int) -> None:
    held = dict.fromkeys(ESTIMATORS, 0)
    for seed in range(logs):
        log, wanted, truth = bandit(seed, 3_000)
        alone = Log(log.taken, log.rewards, log.shown, log.expected)
        for name, one in policy_value(alone, wanted).estimates.items():
            held[name] += one.holds(truth)
    assert all(10 * one >= 9 * logs for one in held.values())


def test_actions_a_log_of_chances_taken_alone_never_took_are_missed_by_their_weight() -> None:
    """The policy takes the fourth action in some of a hundred decisions, and the log never did."""
    log, wanted, _ = bandit(5, 4_000)
    chances = log.chances.copy()
    chances[:, 3] = 0.0
    chances /= chances.sum(axis=1, keepdims=True)
    random = np.random.default_rng(8)
    taken = (random.random(4_000)[:, None] > chances.cumsum(axis=1)).sum(axis=1)
    alone = Log(taken, log.rewards, chances[np.arange(4_000), taken])
    assert wanted[:, 3].mean() > 0.3
    with pytest.raises(ModelRefused, match="other actions than the log could"):
        policy_value(alone, wanted)


@pytest.mark.parametrize(
    ("chance", "expected"), [(0.0, "could be taken"), (1.5, "from 0 to 1"), (np.nan, "from 0 to 1")]
)
def test_chances_taken_alone_are_above_0_and_at_most_1(chance: float, expected: str) -> None:
    log, _, _ = bandit(9, 500)
    shown = log.shown.copy()
    shown[3] = chance
    with pytest.raises(ModelRefused, match=expected) as refused:
        Log(log.taken, log.rewards, shown)
    assert "row 3" in str(refused.value)


def test_a_policy_of_other_decisions_or_too_few_actions_is_refused() -> None:
    log, wanted, _ = bandit(10, 500)
    alone = Log(log.taken, log.rewards, log.shown)
    for wrong in (wanted[:-1], wanted[:, :2], wanted[:, 0]):
        with pytest.raises(ModelRefused, match="500 rows of chances"):
            policy_value(alone, wrong)
    with pytest.raises(ModelRefused, match="expected rewards of shape"):
        policy_value(Log(log.taken, log.rewards, log.shown, np.zeros((500, 3))), wanted)


def test_a_model_makes_the_estimate_surer() -> None:
    log, wanted, _ = bandit(1, 20_000)
    found = policy_value(log, wanted).estimates
    assert found["DR"].high - found["DR"].low < found["IPS"].high - found["IPS"].low


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_the_policy_that_was_followed_brings_what_was_brought(seed: int) -> None:
    log, _, _ = bandit(seed, 400)
    found = policy_value(log, log.chances)
    assert found.effective_decisions == pytest.approx(400)
    assert found.largest_weight == pytest.approx(1.0)
    for name in ("IPS", "SNIPS"):
        assert found.estimates[name].value == pytest.approx(log.rewards.mean())


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_without_a_model_doubly_robust_is_weighing_alone(seed: int) -> None:
    log, wanted, _ = bandit(seed, 2_000)
    found = policy_value(Log(log.taken, log.rewards, log.chances), wanted).estimates
    assert found["DR"].value == pytest.approx(found["IPS"].value)
    assert found["SNDR"].value == pytest.approx(found["SNIPS"].value)


def test_a_true_model_without_noise_needs_no_weights() -> None:
    log, wanted, _ = bandit(3, 2_000)
    assert log.expected is not None
    exact = Log(log.taken, log.expected[np.arange(2_000), log.taken], log.chances, log.expected)
    found = policy_value(exact, wanted).estimates
    for name in ("DR", "SNDR", "Switch-DR"):
        assert found[name].value == pytest.approx(found["DM"].value)


def test_the_same_log_gives_the_same_answer() -> None:
    log, wanted, _ = bandit(4, 2_000)
    assert policy_value(log, wanted) == policy_value(log, wanted)


def test_actions_the_log_could_not_take_are_refused_by_their_share() -> None:
    log, wanted, _ = bandit(5, 2_000)
    chances = log.chances.copy()
    chances[:, 3] = 0.0
    chances /= chances.sum(axis=1, keepdims=True)
    taken = np.where(log.taken == 3, 0, log.taken)
    with pytest.raises(ModelRefused, match="other actions than the log could"):
        policy_value(Log(taken, log.rewards, chances), wanted)


def test_too_few_decisions_that_count_are_refused() -> None:
    log, wanted, _ = bandit(6, 150)
    with pytest.raises(ModelRefused, match="at least 200 decisions that count"):
        policy_value(log, wanted)


@pytest.mark.parametrize(
    ("taken", "rewards", "chances", "expected"),
    [
        ([0], [1.0, 2.0], [[1.0, 0.0]], "1 rows of rewards"),
        ([], [], np.empty((0, 2)), "a log of decisions"),
        ([1], [1.0], [[1.0, 0.0]], "actions that could be taken"),
        ([0], [1.0], [[0.7, 0.7]], "sum to 1"),
        ([0], [1.0], [[1.5, -0.5]], "from 0 to 1"),
    ],
)
def test_a_log_that_cannot_be_is_refused(
    taken: list[int], rewards: list[float], chances: list[list[float]], expected: str
) -> None:
    with pytest.raises(ModelRefused, match=expected):
        Log(np.array(taken, np.int64), np.array(rewards), np.array(chances))


def test_a_policy_of_other_actions_is_refused() -> None:
    log, wanted, _ = bandit(7, 500)
    with pytest.raises(ModelRefused, match="chances of shape"):
        policy_value(log, wanted[:, :2])
    with pytest.raises(ModelRefused, match="chances of the policy"):
        policy_value(log, wanted * 2)
