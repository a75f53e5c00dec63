"""A model's grade in words, with the money it means: what a marketer reads first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from training.families.churn.evaluation.campaign import Campaign
from training.families.churn.rungs import BASE_RATE, RECENCY
from training.ladder.ladder import LadderRow
from training.ladder.level_table import small_company
from training.ladder.reported import headline
from training.measures.estimates import money, money_range
from training.measures.levels import HeldLevel, HeldLevels
from training.measures.pooled import PooledLevel
from training.questions.question import Question

USEFUL_AUC = 0.01
"""A smaller gain over a simple rule is real, and of little use to whoever works through a list."""
LARGE_AUC = 0.05
MOST_ECE = 0.05
OBSERVED_OVER_EXPECTED = (0.9, 1.1)


class Word(StrEnum):
    """How much better than the best simple rule a model tells who leaves."""

    NO_GAIN = "No gain"
    SLIGHT = "Slight gain"
    GOOD = "Good"
    VERY_GOOD = "Very good"


@dataclass(frozen=True)
class Grade:
    """The word, the sentences behind it, and whether the percentages can be taken at their word."""

    word: Word
    is_calibrated: bool
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """The grade as one paragraph."""
        return f"{self.word.value}: {' '.join(self.sentences)}"

    def as_dict(self) -> dict[str, Any]:
        """The grade as plain fields."""
        return asdict(self) | {"word": self.word.value, "text": self.text}


def grade(
    campaign: Campaign,
    row: LadderRow,
    question: Question,
    *,
    currency: str,
    pooled: PooledLevel | None = None,
) -> Grade:
    """Grade the shipped model by its gain over the best simple rule, and say what its list is worth.

    ``row`` is its row of the ladder; ``currency`` is three letters; ``pooled`` is the level over all cutoffs
    together, of a small company.
    """
    word = _word(row)
    sentences = [_found(campaign, question)]
    if campaign.kept_value_is_known:
        sentences.append(_money(campaign, currency, row.name, row.rule))
    sentences.append(_gain(campaign, row, word))
    if pooled is not None:
        return Grade(
            word,
            is_calibrated(pooled.level.as_dict()),
            (*sentences, *small_company(row.by_cutoff, pooled)),
        )
    calibrated = is_calibrated(_latest(row))
    return Grade(word, calibrated, (*sentences, *_level(row, question, calibrated)))


def _latest(row: LadderRow) -> Mapping[str, float | None]:
    """The figures of calibration at the latest test; of all tests together where they are not told apart."""
    held = HeldLevels.from_dict(row.by_cutoff)
    return row.by_cutoff[held.latest.test] if held.levels else row.figures


def _level(row: LadderRow, question: Question, calibrated: bool) -> list[str]:
    """Whether the percentages hold at the latest test, and which other test says otherwise."""
    advice = "rank by them, and do not reckon with them"
    held = HeldLevels.from_dict(row.by_cutoff)
    if not held.levels:
        return [] if calibrated else [f"Its percentages are off beyond chance: {advice}."]

    def came(one: HeldLevel) -> str:
        return f"{one.observed_over_expected:.2f} {question.happened[0]} for each one expected to"

    latest = held.latest
    said = [
        f"At the latest test ({latest.test}) its percentages hold: {came(latest)}."
        if calibrated
        else f"At the latest test ({latest.test}) its percentages are off beyond chance ({came(latest)}): {advice}."
    ]
    worst = held.worst
    if worst is not latest and not is_calibrated(row.by_cutoff[worst.test]):
        said.append(
            f"At {worst.test} they did not: {came(worst)}."
            if calibrated
            else f"At {worst.test} it was {worst.observed_over_expected:.2f}."
        )
    return said


def is_calibrated(figures: Mapping[str, float | None]) -> bool:
    """Whether expected and observed agree: on average, and in each of ten bins as far as chance allows."""
    error, by_chance = figures.get("ece"), figures.get("ece_by_chance")
    ratio = figures.get("observed_over_expected")
    low, high = OBSERVED_OVER_EXPECTED
    if error is None or ratio is None or error > max(MOST_ECE, by_chance or 0.0):
        return False
    # With few customers the ratio itself is uncertain; the error in bins then says enough.
    return low <= ratio <= high or error <= (by_chance or 0.0)


def _word(row: LadderRow) -> Word:
    """By the gain at the reserved test, by which nothing was chosen; over all tests where none is reserved."""
    gain, low, _ = _gained(row)
    if row.name == row.rule or low <= 0:
        return Word.NO_GAIN
    if gain < USEFUL_AUC:
        return Word.SLIGHT
    return Word.GOOD if gain < LARGE_AUC else Word.VERY_GOOD


def _gained(row: LadderRow) -> tuple[float, float, float]:
    told = headline(row.as_dict())
    gain, low, high = (told[name] or 0.0 for name in ("gain", "gain_low", "gain_high"))
    return gain, low, high


def _found(campaign: Campaign, question: Question) -> str:
    likeliest = "riskiest" if question.means_leaving else "likeliest"
    return (
        f"of the {campaign.size:,} {likeliest} customers about {campaign.found.mean:,.0f} "
        f"{question.happened[0]} ({campaign.by_chance:,.0f} by chance)."
    )


def _money(campaign: Campaign, currency: str, ships: str, rule: str) -> str:
    best = campaign.of(ships)
    worth = f"At your costs that list is worth {money_range(campaign.profit_cents, currency)}"
    others = [
        f"{money(row.profit_cents, currency)} by {the(row.rung)}"
        for row in campaign.rows
        if row.rung in (RECENCY, campaign.rule, rule) and row.rung not in (ships, BASE_RATE)
    ]
    others.append(f"{money(campaign.chance_cents, currency)} without any ranking")
    advice = (
        f"The best list would hold about {best.best_size:,} customers, for "
        f"{money(best.best_cents, currency)}."
        if best.best_size
        else "At these costs no list pays."
    )
    return f"{worth}, against {listed(others)}. {advice}"


def the(rung: str) -> str:
    """A rung's name inside a sentence.

    >>> the("recency rule"), the("BG/NBD")
    ('the recency rule', 'BG/NBD')
    """
    return f"the {rung}" if rung.endswith(("rule", "rate")) else rung


def listed(parts: Sequence[str]) -> str:
    """Parts of a sentence, one after the other.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def _gain(campaign: Campaign, row: LadderRow, word: Word) -> str:
    if row.name == row.rule:
        return f"It is {the(row.rule)} itself: nothing tells them apart better beyond chance."
    gain, low, high = _gained(row)
    place = f" at {row.at_reserved['test']}" if row.at_reserved else ""
    interval = f"{gain:+.3f} [{low:+.3f}, {high:+.3f}] in AUC{place}"
    if word is Word.NO_GAIN:
        return f"Against {the(row.rule)} it gains nothing beyond chance ({interval})."
    if not campaign.kept_value_is_known or campaign.gain_cents.is_above_zero:
        return f"Against {the(row.rule)} it gains {interval}."
    return (
        f"Against {the(row.rule)} it gains {interval}, though a list of this size makes no more money "
        f"than that of {the(campaign.rule)} beyond chance."
    )
