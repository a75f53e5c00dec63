"""What MLflow's pages show of an experiment first: its runs as a table, with the figures that matter as columns.

MLflow opens an experiment on traces of language models, and chooses no figures. It keeps views that people share as tags
of the experiment, each under a key by which an address asks for it; ours is one of these.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

_KEY = "regulars"
VIEW_TAG = f"mlflow.sharedViewState.{_KEY}"
_BEFORE = ("attributes.`Duration`",)
_BEHIND = ("tags.`outcome`", "tags.`horizon_days`", "tags.`data_cut`")


def first_view(headlines: Sequence[str]) -> dict[str, str]:
    """The tags of an experiment that say what it is for and how its runs are shown: the latest first, by these figures."""
    figures = [f"metrics.`{name}`" for name in headlines]
    view = {
        "orderByKey": "attributes.start_time",
        "orderByAsc": False,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "modelVersionFilter": "All Runs",
        "datasetsFilter": [],
        "searchFilter": "",
        "selectedColumns": [*_BEFORE, *figures, *_BEHIND],
        "runsExpanded": {},
        "runsPinned": [],
        "runsHidden": [],
    }
    return {"mlflow.experimentKind": "custom_model_development", VIEW_TAG: json.dumps(view)}


def first_page(address: str, experiment_id: str, *, has_view: bool) -> str:
    """Where the runs of an experiment are shown on the pages at an address, by our view where there is one."""
    view = f"&viewStateShareKey={_KEY}" if has_view else ""
    return f"{address}/#/experiments/{experiment_id}/runs?workflowType=machine_learning{view}"
