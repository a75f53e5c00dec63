"""The question asked of people with contracts: who lets a contract expire without renewing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from features.store.pack import EventStream, Pack
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats, Ints, Truths
from features.vocabulary.time import DAY_SECONDS
from training.questions.question import Answers, Column, Question

_UNTIL, _NOTICE = "days_until_contract_end", "leaving_contracts_count_lifetime"
_PAYMENT = "payment"
_NEVER = int(np.iinfo(np.int64).max)


@dataclass(frozen=True)
class ContractChurn(Question):
    """Does a contract that expires in the horizon find no valid renewal within the days of grace?"""

    grace_days: int

    kind: ClassVar[str] = "contract"
    table: ClassVar[str] = "contracts"

    @property
    def settling_days(self) -> int:
        """The days of grace after the last expiry."""
        return self.grace_days

    @property
    def needs(self) -> tuple[str, ...]:
        """The days until a contract expires."""
        return (_UNTIL,)

    def eligible(self, column: Column, rows: int) -> Truths:
        """Contracts that expire in the horizon, of customers who gave no notice known at the cutoff."""
        until, notice = column(_UNTIL), column(_NOTICE)
        assert until is not None
        expires = (until >= self.gap_days) & (until < self.gap_days + self.horizon_days)
        return expires if notice is None else expires & (notice == 0)

    def answers(self, pack: Pack, vectors: Vectors) -> Answers:
        """1.0 where nothing followed in time; NaN where a payment that failed ended the contract."""
        terms = _Terms.of(self.stream(pack), vectors.customer_keys, vectors.cutoff_seconds)
        outcomes = terms.lapsed(self.grace_days * DAY_SECONDS)
        failed = terms.payment_failed()
        if failed is None:
            return Answers(outcomes)
        left, by_payment = int((outcomes == 1.0).sum()), failed & (outcomes == 1.0)
        outcomes[by_payment] = np.nan
        count = int(by_payment.sum())
        shares = (left - count) / max(left, 1), count / max(left, 1)
        note = (
            f"of {left:,} contracts that lapsed {shares[0]:.1%} were given up and {shares[1]:.1%} "
            "ended by a payment that failed; the latter are left out, for they are another question"
        )
        return Answers(outcomes, (note,))

    @property
    def title(self) -> str:
        """Contract churn."""
        return "Contract churn"

    @property
    def asked(self) -> str:
        """Not renewing."""
        return (
            f"has no valid contract any more {self.grace_days} days after the one expired that runs "
            "longest now"
        )

    @property
    def heading(self) -> str:
        """Whose contract may lapse."""
        return f"Whose contract may lapse in the next {self.gap_days + self.horizon_days} days?"

    @property
    def sentence(self) -> str:
        """The risk of one."""
        return (
            "is the risk that this customer's contract expires and is not renewed within "
            f"{self.grace_days} days."
        )

    @property
    def judged(self) -> str:
        """Those whose contract expires."""
        until = self.gap_days + self.horizon_days
        return (
            f"customers whose contract expires in the {self.horizon_days} days from day {self.gap_days} "
            f"to day {until} after the cutoff, and of whom no notice was known by then"
        )


@dataclass(frozen=True)
class _Terms:
    """All terms of the customers of some rows, ``row_of`` saying which row each is for."""

    row_of: NDArray[np.int64]
    starts: Ints
    ends: Ints
    is_void: Truths
    reasons: Truths | None
    expiry: Ints

    @classmethod
    def of(cls, stream: EventStream, customer_keys: NDArray[np.int32], cutoffs: Ints) -> _Terms:
        begins, stops = stream.offsets[customer_keys], stream.offsets[customer_keys + 1]
        counts = stops - begins
        row_of = np.repeat(np.arange(len(customer_keys)), counts)
        before = np.cumsum(counts) - counts
        chosen = np.arange(len(row_of)) + np.repeat(begins - before, counts)
        starts = np.asarray(stream.seconds)[chosen]
        known = starts if stream.known is None else np.asarray(stream.known)[chosen]
        ends = _instants(stream, "ends_seconds", chosen)
        at = np.repeat(cutoffs, counts)
        runs = (starts < at) & (known < at) & (ends >= at) & (ends != _NEVER)
        expiry = np.full(len(customer_keys), -1, np.int64)
        np.maximum.at(expiry, row_of[runs], ends[runs])
        is_void = _instants(stream, "cancelled_seconds", chosen) <= starts
        return cls(row_of, starts, ends, is_void, _payment_reasons(stream, chosen), expiry)

    def lapsed(self, grace_seconds: int) -> Floats:
        """1.0 where no term began before the end of grace that reaches past the expiry."""
        expiry = self.expiry[self.row_of]
        renews = (self.ends > expiry) & (self.starts < expiry + grace_seconds) & ~self.is_void
        outcomes = np.ones(len(self.expiry))
        outcomes[self.row_of[renews]] = 0.0
        return outcomes

    def payment_failed(self) -> Truths | None:
        """Whether the expired term names a payment as its end; None where no term names any reason."""
        if self.reasons is None:
            return None
        ended = self.reasons & (self.ends == self.expiry[self.row_of])
        failed = np.zeros(len(self.expiry), np.bool_)
        failed[self.row_of[ended]] = True
        return failed


def _instants(stream: EventStream, column: str, rows: Ints) -> Ints:
    """Instants of a column, never where they are not there."""
    if column not in stream.columns:
        return np.full(len(rows), _NEVER)
    found = np.asarray(stream.columns[column])[rows].astype(np.int64)
    return np.where(found < 0, _NEVER, found)


def _payment_reasons(stream: EventStream, rows: Ints) -> Truths | None:
    texts = stream.dictionaries.get("end_reason")
    if texts is None:
        return None
    codes = [code for code, text in enumerate(texts) if _PAYMENT in text.casefold()]
    return np.isin(np.asarray(stream.columns["end_reason"])[rows], codes)
