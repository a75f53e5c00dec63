"""From gathered whole numbers to floats: one register an instruction, run by run of one operation."""

from __future__ import annotations

from typing import Any

import numpy as np

from features.kernel.compiled import compiled
from features.kernel.repeat_buying import expected_purchases, no_purchase, still_buying
from features.plan.program import (
    ACTIVE,
    DIFFERENCE,
    ENTRY,
    EXPECTED_PURCHASES,
    FIRST_MARKER,
    FIRST_SECONDS,
    GAP_LARGEST,
    GAP_LAST,
    GAP_MAX,
    GAP_MEAN,
    GAP_RECENT,
    GAP_SD,
    GAP_SQUARES,
    GAPS,
    LAST_MARKER,
    LAST_SECONDS,
    LAST_VALUE,
    LATEST,
    MARKERS,
    MODEL_WIDTH,
    NO_PURCHASE,
    NOTHING,
    RATIO,
    REPEATS,
    SINCE_FIRST,
    SINCE_INSTANT,
    SINCE_LAST,
    SLOPE,
    STREAK,
    SUM,
    TIME_OF_YEAR,
    UNTIL_INSTANT,
    VALUE_BEFORE,
    VALUES,
    WINDOW,
)

_DAY = 86_400.0
_DAY_SECONDS = 86_400
# Years are counted from the first of March, so that a leap day ends one; the first such year is 0.
_MARCH_OF_YEAR_0, _FOUR_CENTURIES = -719_468, 146_097
_JANUARY, _APRIL, _TO_MARCH = 306, 31, 59


@compiled
def compute(
    runs: Any, instructions: Any, bins: Any, counted: Any, tracked: Any, cutoff: Any,
    registers: Any,
) -> None:  # fmt: skip
    """Run the instructions at one cutoff; a register that is missing is NaN.

    Behind the registers lie the models of buying.
    """
    for run in range(runs.shape[0]):
        operation, begin, end = runs[run, 0], runs[run, 1], runs[run, 2]
        if operation == WINDOW:
            for r in range(begin, end):
                registers[r] = counted[instructions[r, 1]]
                if instructions[r, 3] != 1:
                    registers[r] = registers[r] / instructions[r, 3] + 0.0  # no -0
        elif operation == RATIO:
            for r in range(begin, end):
                below = registers[instructions[r, 2]]
                quotient = registers[instructions[r, 1]] / below
                registers[r] = quotient if below != 0.0 else np.nan
        elif operation == SUM:
            for r in range(begin, end):
                registers[r] = registers[instructions[r, 1]] + registers[instructions[r, 2]]
        elif operation == DIFFERENCE:
            for r in range(begin, end):
                registers[r] = registers[instructions[r, 1]] - registers[instructions[r, 2]]
        elif operation == REPEATS:
            for r in range(begin, end):
                registers[r] = max(registers[instructions[r, 1]] - 1.0, 0.0)
        elif operation in (ENTRY, SINCE_INSTANT, UNTIL_INSTANT):
            for r in range(begin, end):
                registers[r] = _of_entry(operation, instructions[r], counted, cutoff)
        elif operation in (SLOPE, STREAK, ACTIVE):
            for r in range(begin, end):
                registers[r] = _over_bins(operation, instructions[r], bins, counted)
        elif operation == TIME_OF_YEAR:
            for r in range(begin, end):
                registers[r] = _from_turn(instructions[r, 1], cutoff // _DAY_SECONDS)
        elif operation >= NO_PURCHASE:
            for r in range(begin, end):
                model = registers[instructions.shape[0] + MODEL_WIDTH * instructions[r, 4] :]
                registers[r] = _of_buying(operation, instructions[r], registers, model)
        else:
            for r in range(begin, end):
                track = tracked[instructions[r, 1]]
                registers[r] = _of_track(operation, instructions[r], track, cutoff)


_still_buying = compiled(still_buying)
_no_purchase = compiled(no_purchase)
_expected_purchases = compiled(expected_purchases)


@compiled
def _of_buying(operation: Any, instruction: Any, registers: Any, model: Any) -> Any:
    """What a model of buying says of a customer, from their repeats, recency and tenure."""
    x, since_last = registers[instruction[1]], registers[instruction[2]]
    since_first = registers[instruction[3]]
    if model[5] != 0.0:
        x, since_last = np.float64(np.float32(x)), np.float64(np.float32(since_last))
        since_first = np.float64(np.float32(since_first))
    return _answer(operation, x, since_last, since_first, model)


@compiled
def _answer(operation: Any, x: Any, since_last: Any, since_first: Any, model: Any) -> Any:
    r, alpha, a, b, horizon = model[0], model[1], model[2], model[3], model[4]
    if operation == NO_PURCHASE:
        return _no_purchase(x, since_last, since_first, r, alpha, a, b, horizon)
    if operation == EXPECTED_PURCHASES:
        return _expected_purchases(x, since_last, since_first, r, alpha, a, b, horizon)
    return _still_buying(x, since_last, since_first, r, alpha, a, b)


@compiled
def ask_again(questions: Any, outputs: Any, models: Any, values: Any) -> None:
    """Ask models of buying anew about the rows of vectors, by what they hold.

    A question is an operation, the columns of days with a purchase, recency and tenure, and the row of its
    model; where one of these columns is missing, what stands in the row stays.
    """
    for row in range(values.shape[0]):
        for q in range(questions.shape[0]):
            days = np.float64(values[row, questions[q, 1]])
            since_last = np.float64(values[row, questions[q, 2]])
            since_first = np.float64(values[row, questions[q, 3]])
            if np.isnan(days) or np.isnan(since_last) or np.isnan(since_first):
                continue
            x = np.float64(np.float32(max(days - 1.0, 0.0)))
            model = models[MODEL_WIDTH * questions[q, 4] :]
            values[row, outputs[q, 0]] = _answer(questions[q, 0], x, since_last, since_first, model)


@compiled
def _of_entry(operation: Any, instruction: Any, counted: Any, cutoff: Any) -> Any:
    """A largest entry or a share, or days to or from the largest instant; missing without an event."""
    entry = counted[instruction[1]]
    if entry == NOTHING:
        return np.nan
    if operation == SINCE_INSTANT:
        return (cutoff - entry) / _DAY
    if operation == UNTIL_INSTANT:
        return (entry - cutoff) / _DAY
    return entry / instruction[3] + 0.0


@compiled
def _over_bins(operation: Any, instruction: Any, bins: Any, counted: Any) -> Any:
    """Slope, streak or number of active stretches of time; stretches run from the newest back."""
    begin, per, count = instruction[2], instruction[3], instruction[4]
    outcome = np.int64(0)
    before = np.int64(0)
    for number in range(count):
        upto = counted[bins[begin + number, 0]]
        within = upto - before
        before = upto
        if operation == SLOPE:
            outcome += (count - 1 - 2 * number) * within
        elif within > 0:
            outcome += 1
        elif operation == STREAK:
            break
    if operation == SLOPE:
        return 6.0 * outcome / (count * (count * count - 1)) / per
    return np.float64(outcome) / per


@compiled
def _of_track(operation: Any, instruction: Any, track: Any, cutoff: Any) -> Any:
    """Days since the first or last event, the latest entries, or something of the gaps."""
    if track[MARKERS] == 0:
        return np.nan
    if operation == SINCE_LAST:
        return (cutoff - track[LAST_SECONDS]) / _DAY
    if operation == SINCE_FIRST:
        return (cutoff - track[FIRST_SECONDS]) / _DAY
    back = instruction[2]
    if operation == LATEST:
        if track[VALUES] < back:
            return np.nan
        return track[LAST_VALUE if back == 1 else VALUE_BEFORE] / instruction[3] + 0.0
    return _of_gaps(operation, back, track)


@compiled
def _from_turn(is_april: Any, day: Any) -> Any:
    """Days from a day, counted from 1970, to the nearest first of January or April.

    The day of the year is found by whole numbers alone (Hinnant, "chrono-compatible low-level date algorithms").
    """
    since = day - _MARCH_OF_YEAR_0
    within = since - since // _FOUR_CENTURIES * _FOUR_CENTURIES
    year = (within - within // 1_460 + within // 36_524 - within // 146_096) // 365
    of_year = within - (365 * year + year // 4 - year // 100)
    if is_april != 0:
        after = of_year - _APRIL
        return np.float64(min(abs(after), 365 + _leaps(year + 1) - after))
    if of_year >= _JANUARY:
        return np.float64(of_year - _JANUARY)
    return np.float64(min(_JANUARY - of_year, of_year + _TO_MARCH + _leaps(year)))


@compiled
def _leaps(year: Any) -> Any:
    """One for a year with a leap day in February, of the years since one that four hundred divides."""
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 if is_leap else 0


@compiled
def _of_gaps(operation: Any, back: Any, track: Any) -> Any:
    gaps = track[MARKERS] - 1
    whole = track[LAST_MARKER] - track[FIRST_MARKER]
    if operation == GAP_SD:
        if gaps < 2:
            return np.nan
        return np.sqrt((gaps * track[GAP_SQUARES] - whole * whole) / (gaps * (gaps - 1)))
    if gaps < 1 or (operation == GAP_LAST and gaps < back):
        return np.nan
    if operation == GAP_MEAN:
        return whole / gaps
    if operation == GAP_MAX:
        return np.float64(track[GAP_LARGEST])
    if operation == GAP_LAST:
        return np.float64(track[GAPS + back - 1])
    assert operation == GAP_RECENT
    return (track[GAPS] + track[GAPS + 1] + track[GAPS + 2]) / min(gaps, 3)
