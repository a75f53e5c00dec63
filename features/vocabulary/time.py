"""Half-open time arithmetic: the cutoff we stand at, the window behind it and the horizon before it.

Every instant is a whole second, counted from 1970-01-01 UTC. Event times are rounded *down* to the
second, which keeps every half-open comparison with a whole-second edge exact: for a whole second
``c``, ``floor(t) < c`` exactly when ``t < c``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from features.vocabulary.errors import UsageRefused

DAY_SECONDS = 86_400
LIFETIME = "lifetime"


@dataclass(frozen=True, order=True)
class Cutoff:
    """The instant at which we pretend to stand: only rows known *before* it count.

    ``seconds`` counts from 1970-01-01 UTC and the instant itself is excluded.

    >>> Cutoff.parse("2010-10-01").seconds
    1285891200
    >>> str(Cutoff.parse("2010-10-01T06:30:00+01:00"))
    '2010-10-01T05:30:00'
    """

    seconds: int

    @classmethod
    def parse(cls, text: str) -> Cutoff:
        """Read a date or a date with time; a time without a zone is taken as UTC.

        Raises ``UsageRefused`` when the text is not a date or carries a fraction of a second.
        """
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            raise UsageRefused(
                expected="a cutoff such as 2026-10-01 or 2026-10-01T06:30:00",
                found=repr(text),
                remedy="Give the date as year-month-day.",
            ) from None
        return cls.at(instant)

    @classmethod
    def at(cls, instant: datetime | date) -> Cutoff:
        """The cutoff at an instant; a date is its first second and a naive time is UTC."""
        if not isinstance(instant, datetime):
            instant = datetime(instant.year, instant.month, instant.day)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC)
        if instant.microsecond:
            raise UsageRefused(
                expected="a cutoff at a whole second",
                found=instant.isoformat(),
                remedy="Leave the fraction of the second out.",
            )
        return cls(int(instant.timestamp()))

    @property
    def instant(self) -> datetime:
        """The cutoff as a UTC instant."""
        return datetime.fromtimestamp(self.seconds, UTC)

    def plus_days(self, days: int) -> Cutoff:
        """The cutoff this many times 24 hours later (earlier when negative)."""
        return Cutoff(self.seconds + days * DAY_SECONDS)

    def __str__(self) -> str:
        text = (datetime(1970, 1, 1) + timedelta(seconds=self.seconds)).isoformat()
        return text.removesuffix("T00:00:00")


@dataclass(frozen=True)
class Window:
    """A stretch of time before the cutoff: ``[cutoff - days, cutoff)``, or the whole past.

    >>> Window(30).start_seconds(Cutoff.parse("1970-03-02"))
    2592000
    >>> Window(None).label
    'lifetime'
    """

    days: int | None

    def __post_init__(self) -> None:
        if self.days is not None and self.days <= 0:
            raise UsageRefused(
                expected="a window of at least one day",
                found=f"{self.days} days",
                remedy="Give a positive number of days, or none for the whole past.",
            )

    @property
    def label(self) -> str:
        """How the window is written in a feature's name: ``30d`` or ``lifetime``."""
        return LIFETIME if self.days is None else f"{self.days}d"

    def start_seconds(self, cutoff: Cutoff) -> int | None:
        """The first second inside the window, or None where it has no beginning."""
        return None if self.days is None else cutoff.seconds - self.days * DAY_SECONDS


@dataclass(frozen=True)
class Horizon:
    """The stretch after the cutoff in which an outcome is observed: ``[cutoff + gap, cutoff + gap + days)``.

    The gap is the time one needs to act.

    >>> Horizon(days=60, gap_days=7).end(Cutoff.parse("2010-01-01"))
    Cutoff(seconds=1268092800)
    """

    days: int
    gap_days: int = 0

    def __post_init__(self) -> None:
        if self.days <= 0 or self.gap_days < 0:
            raise UsageRefused(
                expected="a horizon of at least one day and a gap of zero days or more",
                found=f"horizon {self.days} days, gap {self.gap_days} days",
                remedy="Correct [churn] in regulars.toml.",
            )

    def start(self, cutoff: Cutoff) -> Cutoff:
        """The first instant at which an event counts for the outcome."""
        return cutoff.plus_days(self.gap_days)

    def end(self, cutoff: Cutoff) -> Cutoff:
        """The first instant at which an event no longer counts for the outcome."""
        return cutoff.plus_days(self.gap_days + self.days)
