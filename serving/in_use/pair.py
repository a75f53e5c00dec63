"""The model that answers and the scores that are shown, opened together with everything that stands behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.store.store import PACK_FOLDER, open_store
from features.vocabulary.errors import RegularsError, WorkspaceRefused
from serving.in_use.opened_files import OpenedFiles
from serving.ledger.customer_links import CustomerLinks
from serving.ledger.privacy import Withheld
from serving.process.without_training import libraries_hidden
from serving.scores.changes import Changes
from serving.scores.earlier_vector import Past
from serving.scores.live_values import Valuer
from serving.scores.score import Status
from serving.scores.scoring import Scorer
from serving.scores.subject import GivenVector, Subject
from serving.scores.what_if import WhatIfs
from serving.snapshot.customer_values import tendency_among, value_in_use
from serving.snapshot.reading import Snapshot, open_snapshot, open_snapshot_folder
from serving.snapshot.scores_of_model import of_the_model, scores_of
from serving.snapshot.search.customer_names import NO_NAMES, CustomerNames
from serving.snapshot.unjudged import unjudged_snapshot
from training.bundles.bundle import admitted
from training.bundles.manifest import Manifest
from training.families.churn.bundle import CHURN_KIND, Bundle, current_bundle
from training.families.segments.bundle import segments_in_use
from training.reasons.languages.known import language_of
from training.reasons.wording import Wording

_REHEARSED = 8
"""More than are explained one by one."""


@dataclass(frozen=True)
class InUse:
    """The model that answers and the scores the pages show; always a pair."""

    scorer: Scorer
    snapshot: Snapshot
    wording: Wording
    """The words of the scores shown, which an older model may have made."""
    values: NDArray[np.float32]
    """Everybody's vectors, one column a feature of that wording."""
    manifests: tuple[Manifest, ...]
    """The models behind the scores: of risk, and of value and segments where they are in use."""
    files: OpenedFiles
    """The scores and events it reads."""
    faults: Mapping[str, str]
    """What of it could not be opened and why: the ``store``, and so no past, or the model of ``value``."""
    links: CustomerLinks = field(default_factory=CustomerLinks.passing)
    """What customers are called in addresses, whichever scores are in use."""
    names: CustomerNames = NO_NAMES
    """What they are called by people, as the newest tables say."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing was wrong when it was opened, and nobody has written to its files since."""
        return not self.faults and self.files.are_untouched

    @property
    def store_fault(self) -> str:
        """Why there is no past though there is a store; empty where nothing is wrong with it."""
        return self.faults.get("store", "")

    @property
    def past(self) -> Past | None:
        """Customers at other times; None where the store holds other events than the scores were made from."""
        return self.scorer.past

    def rehearse(self) -> None:
        """Answer about invented customers, so that whatever a first answer makes is made before anybody waits."""
        bundle = self.scorer.bundle
        rows = bundle.reference.sample(_REHEARSED, 0)
        invented = [
            Subject(vector=GivenVector(row), key=bytes([place])) for place, row in enumerate(rows)
        ]
        for some in (invented[:1], invented):
            self.scorer.score(some)

    def without(self, withheld: Withheld) -> InUse:
        """The same for readers who must not see some customers."""
        snapshot = self.snapshot.without(withheld)
        return replace(self, snapshot=snapshot, scorer=self.scorer.over(snapshot))

    @property
    def changes(self) -> Changes | None:
        """What changed of a customer; None where other times cannot be had."""
        return None if self.past is None else Changes(self.scorer, self.past)

    @property
    def what_ifs(self) -> WhatIfs | None:
        """What the model would say of a customer; None where no vector can be computed anew."""
        return None if self.past is None else WhatIfs(self.scorer, self.past)


def open_pair(
    settings: Settings,
    workspace: Workspace,
    earlier: Path | None = None,
    links: CustomerLinks | None = None,
) -> InUse:
    """The pair the pointers name, or with an earlier model; it has answered once when it is handed over.

    ``links`` are those of the service's database; without it they hold as long as the pair does.
    """
    currency, language = settings.company.currency, language_of(settings.company.language)
    with libraries_hidden():
        if earlier is None:
            bundle = current_bundle(workspace)
        else:
            bundle = admitted(CHURN_KIND, workspace, earlier)
    snapshot = _snapshot(settings, workspace, bundle)
    past, fault = _past_of(workspace, bundle, snapshot)
    valuer, value_fault = _valuer_of(workspace, bundle, snapshot)
    scorer = Scorer(bundle, snapshot, currency, past=past, valuer=valuer)
    words = snapshot.wording(currency, language)
    manifests = _manifests(workspace, bundle, snapshot, valuer)
    store = None if past is None else workspace.store.current
    files = OpenedFiles.of(
        workspace.scores.folder / snapshot.name, None if store is None else store / PACK_FOLDER
    )
    told = {"store": fault, "value": value_fault}
    faults = {name: one for name, one in told.items() if one}
    names = links or CustomerLinks.passing()
    pair = InUse(scorer, snapshot, words, snapshot.values, manifests, files, faults, names)
    pair.rehearse()
    return pair


def _manifests(
    workspace: Workspace, bundle: Bundle, snapshot: Snapshot, valuer: Valuer | None
) -> tuple[Manifest, ...]:
    found: list[Manifest] = [bundle.manifest]
    if valuer is not None and valuer.in_use.bundle is not None:
        found.append(valuer.in_use.bundle.manifest)
    segments, said = segments_in_use(workspace), snapshot.manifest["segments"]
    if segments is not None and said and said["digest"] == segments.manifest.digest:
        found.append(segments.manifest)
    return tuple(found)


def _snapshot(settings: Settings, workspace: Workspace, bundle: Bundle) -> Snapshot:
    """The scores that are published; nobody's where the settings allow to do without."""
    if settings.service.without_scores and not workspace.scores.is_begun:
        return unjudged_snapshot(bundle, workspace, of_the_model(bundle))
    own = scores_of(workspace, bundle.manifest.digest)
    return open_snapshot(workspace) if own is None else open_snapshot_folder(own)


def _valuer_of(
    workspace: Workspace, bundle: Bundle, snapshot: Snapshot
) -> tuple[Valuer | None, str]:
    """What values newer behaviour, where the model that valued everybody is still in use, or why that is damaged."""
    in_use = value_in_use(workspace, snapshot.vectors)
    said = snapshot.manifest["value"]
    if said is None:
        return None, ""
    if in_use.bundle is None or said["digest"] != in_use.digest:
        return None, in_use.fault
    declined = snapshot.status == Status.NO_CONSENT
    return Valuer(in_use, bundle, tendency_among(in_use, snapshot.vectors, declined)), ""


def _past_of(workspace: Workspace, bundle: Bundle, snapshot: Snapshot) -> tuple[Past | None, str]:
    """The store's events, as long as they are those the scores were made from; and what is wrong with the store."""
    try:
        store = open_store(workspace)
        pack = store.pack()
        if pack.digest != snapshot.data_digest:
            return None, ""
        return Past(bundle, pack, store.manifest.timezone), ""
    except WorkspaceRefused as refused:
        return None, str(refused) if workspace.store.is_begun else ""
    except RegularsError:
        return None, ""
