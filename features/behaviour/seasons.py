"""The season: what a customer did in the same one a year ago, and which it is.

Who buys for Christmas and for nothing else is silent by every other measure in autumn. The days that began a
year before the cutoff are told by two windows, one less the other.
"""

from __future__ import annotations

from features.behaviour.groups import SEASON
from features.behaviour.purchases import ORDERS, SPEND_NET
from features.declarations import Declaration, Difference, TimeOfYear, Value, declare
from features.store.pack import Pack
from features.vocabulary.time import Window

YEAR_DAYS = 365
AHEAD_DAYS = (30, 90, 180)
NOTHING_THEN = "Zero when there was none, or no customer yet."
NEVER_MISSING = "Missing never, for it is the same for everybody."


def seasons(pack: Pack) -> tuple[Declaration, ...]:
    """The features of the season, of the table of purchases."""
    if "purchases" not in pack.streams:
        return ()
    return (*(one for days in AHEAD_DAYS for one in _ahead(days)), *_time_of_year())


def year_ago(of: Value, days: int) -> Value:
    """A value over so many days from a year before the cutoff on.

    A distinct entry that came back later in the year counts then, and not here.
    """
    since, after = of.over(Window(YEAR_DAYS)), of.over(Window(YEAR_DAYS - days))
    return Difference(since, after, "year_ago", Window(days))


# fmt: off
def _ahead(days: int) -> tuple[Declaration, ...]:
    return (
        declare("orders", year_ago(ORDERS, days), meaning=f"Orders placed in the {days} days that began a year before the cutoff: in the season that now lies ahead.", unit="orders", group=SEASON, said=f"{{value}} orders in the {days} days that began a year ago", missing=NOTHING_THEN),
        declare("spend", year_ago(SPEND_NET, days), meaning=f"Money spent in the {days} days that began a year before the cutoff, less what was given back for returns: in the season that now lies ahead.", unit="cents", group=SEASON, said=f"spent {{value}} in the {days} days that began a year ago, net of returns", missing=NOTHING_THEN),
    )


def _time_of_year() -> tuple[Declaration, ...]:
    return (
        declare("new_year", TimeOfYear("january"), meaning="Days from the cutoff to the nearest turn of the year: 0 in midwinter, 182 in midsummer.", unit="days", group=SEASON, said="{value} from the turn of the year", missing=NEVER_MISSING, actionable="context"),
        declare("first_of_april", TimeOfYear("april"), meaning="Days from the cutoff to the nearest first of April: 0 in spring, 182 in autumn.", unit="days", group=SEASON, said="{value} from the first of April", missing=NEVER_MISSING, actionable="context"),
    )
# fmt: on
