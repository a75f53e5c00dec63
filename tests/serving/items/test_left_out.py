"""Items that are left out after a training: on no list, and no reason for anything."""

from __future__ import annotations

from features.store.store import open_store
from serving.items.lists import Wishes
from serving.items.recommending import Recommending, words_of
from tests.serving.company import Company
from tests.training.families.items.drugstore import ITEMS
from training.bundles.bundle import current
from training.datasets.purchases.merchandise import NotRecommended
from training.families.items.bundle import ITEM_KIND


def test_what_is_never_recommended_is_on_no_list_and_speaks_for_nothing(
    drugstore: Company,
) -> None:
    pack, words = open_store(drugstore.workspace).pack(), words_of("en")
    bundle = current(ITEM_KIND, drugstore.workspace)
    assert bundle is not None
    plain = Recommending(bundle, pack)
    customer = plain.key("c000")
    usual = plain.list_for(plain.bought(customer), plain.shelving(), Wishes(ITEMS), words)
    assert len(usual.items) == ITEMS and usual.fewer is None
    gone = {one.item_id for one in usual.items[:3]}
    found = Recommending(bundle, pack, not_recommended=NotRecommended(frozenset(gone)))
    listed = found.list_for(found.bought(customer), found.shelving(), Wishes(ITEMS), words)
    assert {one.item_id for one in listed.items} == {one.item_id for one in usual.items} - gone
    assert listed.fewer == {"left_out": 3}
    named = {
        one for item in listed.items for reason in item.reasons for one, _, _ in reason.because
    }
    assert named and not named & gone
    first = usual.items[0].item_id
    places, unknown = found.places([first])
    assert found.place(first) == -1 and not len(places) and unknown == [first]
    assert first in {one for item in range(ITEMS) for one, _, _ in plain.similar(item, ITEMS)[1]}
    assert not gone & {one for item in range(ITEMS) for one, _, _ in found.similar(item, ITEMS)[1]}
    # What was told with a call of such an item is no purchase either.
    assert found.lines([(first, 1, 1, 1_000)], -1) == [(1, 1, -1, 1_000)]
