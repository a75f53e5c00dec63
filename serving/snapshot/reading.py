"""Published scores as a reader opens them: one folder, memory-mapped, complete in itself.

It holds the ranking of the judged customers, a status for all others, the words of the model that scored
them and the vectors they were scored from. ``snapshot`` writes it; nothing here computes a score.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.company.block_digests import require_whole
from features.company.workspace import Workspace
from features.declarations.feature import ReasonGroup
from features.lifecycle.stages import LifecycleStatus, Stage
from features.store.customers.other_ids import FOLDER, NO_OTHER_IDS, OtherIds, open_other_ids
from features.store.pack import TextColumn
from features.vectors.vectors import Vectors, open_vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import WorkspaceRefused
from serving.ledger.privacy import NONE_WITHHELD, Withheld
from serving.snapshot.columns import (
    CUSTOMER_IDS,
    DECLINED,
    PARTS,
    SCHEMA_VERSION,
    UNKNOWN,
    BestActions,
    BestOffers,
    CustomerAttributes,
    CustomerFacts,
    CustomerStanding,
    CustomerValues,
    Ranking,
    Typical,
    ValueReasonColumns,
    opened_column,
    opened_columns,
    opened_membership,
)
from serving.snapshot.customer_values import Valued, with_cost
from serving.snapshot.remembered import Remembered
from serving.snapshot.scores_of_model import MANIFEST_FILE, scores_in_use
from serving.snapshot.segments import CustomerSegment, segment_of
from training.actions.actions import Action, actions_of
from training.bundles.own_plan import feature_of
from training.families.segments.membership import Membership
from training.families.value.at_risk import value_at_risk
from training.families.value.reasons.explanation import StoredShares
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language
from training.reasons.peers import Peers
from training.reasons.wording import Wording

VECTORS_FOLDER = "vectors"
OFFERS_FILE = "offers.json"
_MOST_REMEMBERED = 64
"""Of a million customers an order takes 8 MB, of which there are 14 at most, and who is on a list takes one."""
_MADE_AGAIN = "Run `regulars score` again."


@dataclass(frozen=True, kw_only=True)
class Snapshot(
    BestActions,
    BestOffers,
    CustomerStanding,
    CustomerFacts,
    CustomerAttributes,
    CustomerValues,
    ValueReasonColumns,
    Typical,
):
    """One published set of scores, memory-mapped.

    Columns of customers have one entry a customer key, and so has ``membership``; those that say why somebody has
    a value have one a vector, and none without a value model.
    """

    name: str
    manifest: Mapping[str, Any]
    customer_ids: TextColumn
    vectors: Vectors
    ranking: Ranking
    membership: Membership
    offers: Sequence[Mapping[str, Any]] = ()
    other_ids: OtherIds = NO_OTHER_IDS
    """By which further ids customers were known when the scores were made."""
    withheld: Withheld = NONE_WITHHELD
    """Who has objected or was erased since the scores were made."""

    @property
    def cutoff_seconds(self) -> int:
        """The instant before which everything counted was known."""
        return int(self.manifest["cutoff_seconds"])

    @property
    def data_digest(self) -> str:
        """The name of the events the scores were made from."""
        return str(self.manifest.get("data_digest", ""))

    @property
    def base(self) -> float:
        """The probability the model starts from."""
        return float(self.manifest["base"])

    def find(self, customer_id: str) -> int:
        """A customer's key, -1 of one nobody knows or who was erased."""
        if customer_id in self.withheld.erased:
            return -1
        return self.customer_ids.find(self.other_ids.person(customer_id))

    def without(self, withheld: Withheld) -> Snapshot:
        """The same scores without some customers; nothing is copied."""
        return replace(self, withheld=withheld)

    @cached_property
    def remembered(self) -> Remembered:
        """What pages have found in these scores, without those who are withheld."""
        return Remembered(_MOST_REMEMBERED)

    @cached_property
    def withheld_places(self) -> NDArray[np.intp]:
        """Where withheld customers stand in the ranking: no list shows these places."""
        everybody = (*self.withheld.objected, *self.withheld.erased)
        keys = [key for one in everybody if (key := self.customer_ids.find(one)) >= 0]
        places = self.places[np.array(keys, np.int64)].astype(np.intp)
        return np.unique(places[places >= 0])

    @property
    def shown_places(self) -> NDArray[np.intp]:
        """The places in the ranking that may be shown, in its order."""
        kept = np.ones(self.judged, np.bool_)
        kept[self.withheld_places] = False
        return np.flatnonzero(kept)

    @cached_property
    def places(self) -> NDArray[np.int32]:
        """Where each customer stands in the ranking, by customer key; -1 of those who are not judged."""
        places = np.full(len(self.customer_ids), -1, np.int32)
        places[self.ranking.customer_keys] = np.arange(self.judged, dtype=np.int32)
        return places

    @property
    def judged(self) -> int:
        """How many customers were scored."""
        return len(self.ranking.customer_keys)

    @property
    def earlier_seconds(self) -> int:
        """The instant ``risk_before`` is of."""
        return int(self.manifest["earlier_seconds"])

    @property
    def compared(self) -> int:
        """How many of the judged customers had a risk on the earlier day."""
        return int(self.manifest["compared"])

    @property
    def value_days(self) -> int:
        """Over how many days value is meant; 0 when no value model was in use."""
        value = self.manifest["value"]
        return 0 if value is None else int(value["horizon_days"])

    @property
    def money_basis(self) -> str:
        """What money is told of: value where a model of it is in use, else spend; empty where no purchase says what was paid."""
        if self.value_days:
            return "value"
        return "spend" if self.money_is_known else ""

    @property
    def money_is_known(self) -> bool:
        """Whether the purchases say what was paid; scores of before do not say, and then it is taken to be so."""
        return bool(self.manifest.get("money_is_known", True))

    def spend_of(self, key: int) -> int | None:
        """What a customer spent in the 365 days before the cutoff, in cents; None where nobody knows."""
        return int(self.spend_cents[key]) if self.money_is_known else None

    @property
    def means_leaving(self) -> bool:
        """Whether the probability is that of leaving, so that money can be called at risk."""
        return bool(self.manifest["means_leaving"])

    @property
    def value_money(self) -> str:
        """What value is of: margin or spend; empty when no value model was in use."""
        value = self.manifest["value"]
        return "" if value is None else str(value["money"])

    @property
    def tells_cost(self) -> bool:
        """Whether the company has said what serving costs, so that it is taken off value."""
        value = self.manifest["value"]
        return value is not None and bool(value.get("costs"))

    def at_risk_cents(self, positions: NDArray[np.intp]) -> Floats:
        """The money at risk with some places in the ranking: risk times value if kept.

        Without a value model it is risk times the spend of the last 365 days; nothing is to be told of it where
        ``money_basis`` is empty.
        """
        return value_at_risk(self.ranking.probability[positions], self.retained_cents(positions))

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """What could be done for customers when the scores were made; nothing where nobody is asked to stay."""
        return actions_of(self.manifest.get("actions", ())) if self.acts else ()

    @property
    def acts(self) -> bool:
        """Whether something can be done about what the model tells: money is known, and it is about leaving."""
        return self.means_leaving and self.money_is_known and bool(self.manifest.get("actions"))

    def retained_cents(self, positions: NDArray[np.intp]) -> Floats:
        """What some places in the ranking bring if they are kept; without a value model what they spent."""
        keys = self.ranking.customer_keys[positions]
        money = self.value_if_kept_cents[keys] if self.value_days else self.spend_cents[keys]
        return money.astype(np.float64)

    def value_of(self, key: int) -> dict[str, int] | None:
        """A customer's value as an answer gives it, None where nothing is said of it."""
        if not self.value_days or self.value_cents[key] == UNKNOWN:
            return None
        columns = (
            self.value_cents,
            self.value_low_cents,
            self.value_high_cents,
            self.value_if_kept_cents,
        )
        names = ("expected_cents", "low_cents", "high_cents", "if_kept_cents")
        cents = {name: int(column[key]) for name, column in zip(names, columns, strict=True)}
        cents = with_cost(cents, int(self.cost_to_serve_cents[key]))
        return cents | {"horizon_days": self.value_days}

    def valued(self, key: int) -> Valued | None:
        """A customer's value with the shares that say why, None where nothing is said of it."""
        amounts = self.value_of(key)
        if amounts is None:
            return None
        row = int(self.vector_rows[key])
        shares = StoredShares(
            expected_cents=amounts["expected_cents"],
            base_cents=float(self.manifest["value_base_cents"]),
            part_names=tuple(self.manifest["value_parts"]),
            by_part=self.value_parts[row].astype(np.float64),
            leading=self.value_leading[row].tolist(),
            limit_cents=float(self.value_limit[row]),
        )
        return Valued(amounts, shares)

    def segment_of(
        self, key: int, currency: str, language: Language = ENGLISH
    ) -> CustomerSegment | None:
        """A customer's segment and why, None where no segments are in use or the customer has none."""
        segments = self.manifest["segments"]
        if segments is None:
            return None
        return segment_of(self.membership, key, segments, currency, language)

    @property
    def values(self) -> NDArray[np.float32]:
        """The vectors' values in the order of the model's features, which is that of the wording."""
        names = tuple(one["name"] for one in self.manifest["features"])
        if names == self.vectors.feature_names:
            # A plain view of the mapped file: taking a row of a memmap is many times slower.
            return self.vectors.values.view(np.ndarray)
        positions = [self.vectors.feature_names.index(name) for name in names]
        return self.vectors.values[:, positions]

    def standing(self, key: int) -> tuple[Stage, LifecycleStatus] | None:
        """A customer's stage and status, None for one who said no to being scored."""
        stage = int(self.stage[key])
        if stage == DECLINED:
            return None
        return Stage(stage), LifecycleStatus(int(self.lifecycle_status[key]))

    def last_order(self, key: int) -> date | None:
        """The day of a customer's last order in the company's time zone, None before the first."""
        day = int(self.last_order_day[key])
        return None if day < 0 else date(1970, 1, 1) + timedelta(days=day)

    def wording(self, currency: str, language: Language = ENGLISH) -> Wording:
        """The words of the model that made these scores."""
        peers = Peers(self.typical, int(self.manifest["peers_sorted_by"]))
        return self._wording(peers, currency, language)

    def value_wording(self, currency: str, language: Language = ENGLISH) -> Wording:
        """The same words, beside what is typical of customers of whom about the base is expected."""
        return self._wording(Peers.everybody(self.value_typical), currency, language)

    def _wording(self, peers: Peers, currency: str, language: Language) -> Wording:
        return Wording(
            [feature_of(one) for one in self.manifest["features"]],
            [ReasonGroup(**one) for one in self.manifest["groups"]],
            peers,
            currency,
            language,
        )


def open_snapshot(workspace: Workspace) -> Snapshot:
    """Open the scores of the model in use; ``WorkspaceRefused`` when there are none or they are incomplete."""
    folder = scores_in_use(workspace)
    if folder is None:
        raise WorkspaceRefused(
            expected="scores in the workspace", found="none", remedy="Run `regulars score` first."
        )
    return open_snapshot_folder(folder)


def open_snapshot_folder(folder: Path) -> Snapshot:
    """Open one generation of scores, memory-mapped, once every byte of it is known to be as it was written."""
    # Their vectors are those of the workspace, by a second name.
    both = "Run `regulars vectors`, then `regulars score`."
    require_whole(folder, "the vectors of the scores", both, f"{VECTORS_FOLDER}/")
    require_whole(folder, "scores", _MADE_AGAIN)
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        if manifest["schema_version"] != SCHEMA_VERSION:
            raise WorkspaceRefused(
                expected=f"scores of schema version {SCHEMA_VERSION}",
                found=f"those of version {manifest['schema_version']}",
                remedy=_MADE_AGAIN,
            )
        return Snapshot(
            name=folder.name,
            manifest=manifest,
            customer_ids=TextColumn(*(opened_column(folder, name) for name in CUSTOMER_IDS)),
            vectors=open_vectors(folder / VECTORS_FOLDER),
            ranking=Ranking(**opened_columns(folder, Ranking)),
            membership=opened_membership(folder),
            offers=json.loads((folder / OFFERS_FILE).read_text(encoding="utf-8")),
            other_ids=open_other_ids(folder / FOLDER),
            **opened_columns(folder, *(one for one in PARTS if one is not Ranking)),
        )
    except (OSError, ValueError, KeyError) as fault:
        raise WorkspaceRefused(
            expected="complete scores in the workspace",
            found=f"{type(fault).__name__} while opening them",
            remedy=_MADE_AGAIN,
        ) from None
