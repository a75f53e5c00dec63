"""What a model was made from: the features, the data and the tools, as its manifest carries them."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from features.plan.plan import Plan
from features.store.pack import Pack
from features.vectors.refresh import end_of_data
from training.bundles.own_plan import fitted_of

_TOOLS = ("numpy", "lightgbm", "scikit-learn")


def provenance(plan: Plan, pack: Pack) -> dict[str, Any]:
    """The fields of a manifest that name a plan, the data it was applied to and the tools in use."""
    return {
        "plan_hash": plan.hash,
        "fitted": fitted_of(plan),
        "feature_names": list(plan.feature_names),
        "features": plan.dictionary(),
        "groups": [asdict(group) for group in plan.groups],
        "data_digest": pack.digest,
        "data_cut": str(end_of_data(pack)),
        "tools": tools(),
    }


def tools() -> Mapping[str, str]:
    """The versions of what makes a model."""
    return {"python": platform.python_version()} | {name: version(name) for name in _TOOLS}
