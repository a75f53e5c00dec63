"""Where nobody kept which offers were shown: who bought what an offer is for, at days of the past."""

from __future__ import annotations

import numpy as np

from features.store.pack import Pack
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff
from training.families.offers.exposures.exposed import NOT_TAKEN, Exposed
from training.families.offers.exposures.lines import OrderLines
from training.families.offers.exposures.terms import Offers

DAYS_ASKED = 4
MOST_ROWS = 200_000
_SEED = 20_081_002


def affinities(pack: Pack, offers: Offers, horizon_days: int, end: Cutoff) -> Exposed:
    """As if every customer who ever bought had been shown every offer: who bought its item, or its category.

    At four days of the past, a horizon apart. This is an affinity, not a propensity: nobody was asked.
    Raises ``ModelRefused`` where no offer names an item or a category that is sold.
    """
    lines = OrderLines.of_pack(pack)
    wanted = [
        (lines.items.get(one.item_id, -1), _place(lines.categories, one.category))
        for one in offers.listed
    ]
    about = [place for place, (item, category) in enumerate(wanted) if max(item, category) >= 0]
    if not about:
        raise ModelRefused(
            expected="exposures, or offers that name an item or a category that is sold",
            found="neither",
            remedy="Map the table of exposures, or item_id or category of the table of offers.",
        )
    random = np.random.Generator(np.random.PCG64(_SEED))
    owners = lines.owners
    parts = []
    for back in range(DAYS_ASKED, 0, -1):
        cutoff = end.plus_days(-back * horizon_days)
        until = cutoff.plus_days(horizon_days)
        asked = np.unique(owners[lines.is_known(cutoff)])
        room = MOST_ROWS // (DAYS_ASKED * len(about))
        if len(asked) > room:
            asked = np.sort(random.choice(asked, room, replace=False))
        after = (lines.seconds >= cutoff.seconds) & (lines.seconds < until.seconds)
        for place in about:
            item, category = wanted[place]
            meant = lines.item == item if item >= 0 else lines.category == category
            rows = np.flatnonzero(after & meant)
            rows = rows[lines.amounts(rows)[0] >= 0]
            first = np.full(lines.customers, np.iinfo(np.int64).max)
            np.minimum.at(first, owners[rows], lines.seconds[rows])
            bought = first[asked]
            parts.append((asked, place, cutoff.seconds, until.seconds, bought))
    sizes = [len(asked) for asked, *_ in parts]
    keys = np.concatenate([asked for asked, *_ in parts])
    bought = np.concatenate([one[4] for one in parts])
    as_of = np.repeat([one[2] for one in parts], sizes)
    return Exposed(
        customer_keys=keys.astype(np.int32),
        offers=np.repeat([one[1] for one in parts], sizes).astype(np.int32),
        as_of_seconds=as_of,
        shown_seconds=as_of,
        known_seconds=as_of - DAY_SECONDS,
        until_seconds=np.repeat([one[3] for one in parts], sizes),
        accepted_seconds=np.where(bought < np.iinfo(np.int64).max, bought, NOT_TAKEN),
        treated=np.ones(len(keys), np.bool_),
        chances=np.full(len(keys), np.nan),
    )


def _place(titles: tuple[str, ...], title: str) -> int:
    return titles.index(title) if title in titles else -1
