"""A family's model on disk: written, opened again and taken into use, in the same way for every family.

A bundle holds everything an answer needs and no customer: the model, what it is asked, and golden rows, which
are answered again each time the bundle is opened. Every hash is checked before anything is parsed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from features.company.workspace import Workspace
from features.declarations.feature import Declaration
from features.vocabulary.errors import ModelRefused, PlanRefused
from training.bundles.admission import admitted_folder, require_admitted
from training.bundles.golden import GOLDEN_FILE, answers_as_written, golden_file
from training.bundles.kind import Asked, Kind, Model
from training.bundles.manifest import Manifest, damaged
from training.bundles.sealing import plan_file, sealed, verified

_FAULTS = (KeyError, ValueError, TypeError, IndexError, ModelRefused, PlanRefused)


def write(
    kind: Kind[Model, Asked], manifest: Manifest[Asked], model: Model, folder: Path
) -> Manifest[Asked]:
    """Write a bundle into an empty or absent folder; returns the manifest with its files and digest.

    Raises ``BundleRefused`` for contributions that another program computes otherwise, and ``ModelRefused``
    for a feature that cannot be told as a reason.
    """
    contents, declarations = kind.contents(model), kind.declarations(model)
    golden = golden_file(kind, model)
    _refuse_other_features(kind, manifest, declarations)
    return sealed(folder, manifest, {**contents, **golden, **plan_file(declarations)})


def opened(kind: Kind[Model, Asked], folder: Path) -> Model:
    """Open a bundle: every hash is checked before anything is parsed, then its name, its plan and its golden rows.

    Raises ``BundleRefused`` for a missing, extra or changed file, an unknown schema version, another family's
    model, other features than it names, and golden rows that are not answered as they were.
    """
    written, contents = verified(folder)
    if written.name != kind.name:
        raise damaged(f"a bundle of {kind.name}", f"one of {written.name!r}")
    try:
        manifest = written.asking(kind.task)
        model = kind.read(manifest, contents)
        _refuse_other_features(kind, manifest, kind.declarations(model))
        holds = answers_as_written(kind, model, contents[GOLDEN_FILE])
    except _FAULTS:
        raise damaged("a bundle with all its parts", "parts that do not fit together") from None
    if not holds:
        raise damaged(kind.tolerance.expected, kind.tolerance.otherwise)
    return model


def current(kind: Kind[Model, Asked], workspace: Workspace) -> Model | None:
    """Open the model in use, once it was admitted; None when none was promoted yet.

    Raises ``BundleRefused`` when it is damaged, or another than the pointer names.
    """
    folder = admitted_folder(workspace, kind.name)
    return None if folder is None else opened_in_place(kind, folder)


def admitted(kind: Kind[Model, Asked], workspace: Workspace, folder: Path) -> Model:
    """Open a bundle of before, once its signature was checked and it was tried in a process of its own."""
    return opened_in_place(kind, require_admitted(workspace, kind.name, folder))


def opened_in_place(kind: Kind[Model, Asked], folder: Path) -> Model:
    """Open an admitted bundle, which must be the one its folder is named by."""
    model = opened(kind, folder)
    if model.manifest.digest != folder.name:
        raise damaged("the bundle the pointer names", "another in its folder")
    return model


def _refuse_other_features(
    kind: Kind[Model, Asked],
    manifest: Manifest[Asked],
    declarations: Sequence[Declaration],
) -> None:
    """Refuse, with ``BundleRefused``, a plan of other features than the manifest names before the family's own."""
    names, own = list(manifest.feature_names), list(kind.own_features)
    of_plan = names[: len(names) - len(own)]
    if names != [*of_plan, *own]:
        raise damaged("a model of the features this version computes", "one of others")
    if [one.feature.name for one in declarations] != of_plan:
        raise damaged("a plan of the features the manifest names", "one of others")
