"""What a model's reasons are told of, as its manifest says it."""

from __future__ import annotations

from features.declarations.feature import Feature, ReasonGroup
from features.vocabulary.errors import ModelRefused
from training.bundles.manifest import Asked, Manifest


def spoken(manifest: Manifest[Asked]) -> tuple[list[Feature], list[ReasonGroup]]:
    """What a model's reasons are told of: its features, each in one of its groups.

    Raises ``ModelRefused`` for a feature without a group.
    """
    groups = [ReasonGroup(**one) for one in manifest.groups]
    features = [Feature(**one) for one in manifest.features]
    names = {group.name for group in groups}
    for feature in features:
        if feature.group not in names:
            raise ModelRefused(
                expected="every feature in a reason group of the model",
                found=f'{feature.name} in "{feature.group}"',
                remedy="Declare the feature with one of the groups in features/behaviour/groups.py.",
            )
    return features, groups
