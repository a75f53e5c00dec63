"""Which habits make behaviour segments, and the words a marketer has for much and little of each.

The list goes by rule: of every reason group the features below that a plan has, a year back where there is
a choice, so that a segment tells how somebody buys and not what happened last week. The profile is left
out: what people declared about themselves is not behaviour.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from features.declarations.feature import Declaration, Feature

MOST_TRAITS = 40
_MOST_OF_A_KIND = 4


@dataclass(frozen=True)
class Trait:
    """One habit: the feature that measures it, and what it is called where it is large or small."""

    feature: str
    group: str
    much: str
    little: str


@dataclass(frozen=True)
class TraitKind:
    """Features by pattern; ``{what}`` in a word is the company's own name for a channel or department."""

    pattern: str
    much: str
    little: str


# fmt: off
KINDS = (
    TraitKind("days_since_order", "long silent", "here lately"),
    TraitKind("gap_mean_days", "slow rhythm", "quick rhythm"),
    TraitKind("gap_variation_ratio", "irregular", "regular"),
    TraitKind("silence_ratio", "overdue", "on time"),
    TraitKind("orders_count_365d", "frequent", "rare"),
    TraitKind("orders_count_90d", "busy of late", "quiet of late"),
    TraitKind("order_months_active_12x30d", "all year round", "in few months"),
    TraitKind("spend_sum_365d", "large spend", "small spend"),
    TraitKind("order_spend_mean_365d", "large orders", "small orders"),
    TraitKind("line_spend_max_365d", "big tickets", "small tickets"),
    TraitKind("spend_slope_share", "growing", "shrinking"),
    TraitKind("gap_change_ratio", "slowing down", "speeding up"),
    TraitKind("items_count_365d", "wide range", "narrow range"),
    TraitKind("order_lines_mean_365d", "full baskets", "small baskets"),
    TraitKind("order_quantity_mean_365d", "many pieces", "single pieces"),
    TraitKind("item_variety_share_365d", "always something new", "the same again"),
    TraitKind("categories_count_365d", "many categories", "few categories"),
    TraitKind("category_top_share_365d", "one favourite category", "no favourite category"),
    TraitKind(r"department_(?P<what>.+)_spend_share_365d", "{what}", "little {what}"),
    TraitKind("returned_spend_share_365d", "many returns", "few returns"),
    TraitKind("piece_price_mean_365d", "dear items", "cheap items"),
    TraitKind("discount_share_365d", "bargains", "full price"),
    TraitKind("channels_count_365d", "several channels", "one channel"),
    TraitKind(r"channel_(?P<what>.+)_orders_share_365d", "mostly {what}", "seldom {what}"),
    TraitKind("days_since_first_order", "long-standing", "newly won"),
    TraitKind("buying_span_days", "long history", "short history"),
    TraitKind("complaints_count_365d", "complaining", "no complaints"),
    TraitKind("contact_inquiry_count_365d", "asking", "seldom asking"),
    TraitKind("survey_score_mean_365d", "content", "discontent"),
    TraitKind("contacts_count_365d", "much in touch", "little in touch"),
    TraitKind("contact_visit_count_365d", "many visits", "few visits"),
    TraitKind("contact_click_count_365d", "many clicks", "few clicks"),
    TraitKind("accepted_offers_count_365d", "many offers taken", "few offers taken"),
    TraitKind("accepted_offers_share_365d", "open to offers", "unmoved by offers"),
    TraitKind("running_contracts_count_lifetime", "under contract", "without contract"),
    TraitKind("contract_price_last", "dear contract", "cheap contract"),
    TraitKind("days_until_contract_end", "contract runs long", "contract ends soon"),
)
# fmt: on


def traits_of(features: Sequence[Feature]) -> tuple[Trait, ...]:
    """The habits that some features measure, in the order of the list above, at most forty.

    Of a company's own channels and departments the first four in the plan are taken.

    >>> orders = Feature("orders_count_365d", "", "orders", "frequency", "now", "", "")
    >>> [(one.much, one.little) for one in traits_of([orders])]
    [('frequent', 'rare')]
    """
    found: list[Trait] = []
    for kind in KINDS:
        of_kind = 0
        for feature in features:
            match = re.fullmatch(kind.pattern, feature.name)
            if match is None or of_kind == _MOST_OF_A_KIND:
                continue
            what = match.groupdict().get("what", "").replace("_", " ")
            words = (kind.much.format(what=what), kind.little.format(what=what))
            found.append(Trait(feature.name, feature.group, *words))
            of_kind += 1
    return tuple(found[:MOST_TRAITS])


def declared_traits(
    declarations: Sequence[Declaration], more: Sequence[str] = ()
) -> tuple[Declaration, ...]:
    """The declarations of the habits in a plan, with some further features by name."""
    wanted = {one.feature for one in traits_of([one.feature for one in declarations])} | set(more)
    return tuple(one for one in declarations if one.feature.name in wanted)
