"""What MLflow's pages show first."""

from __future__ import annotations

import json

from training.registry.runs.first_view import VIEW_TAG, first_page, first_view


def test_the_runs_are_shown_the_latest_first_with_the_figures_asked_for_as_columns() -> None:
    tags = first_view(("auc", "list/profit_cents"))
    view = json.loads(tags[VIEW_TAG])
    figures = [one for one in view["selectedColumns"] if one.startswith("metrics.")]
    assert figures == ["metrics.`auc`", "metrics.`list/profit_cents`"]
    assert (view["orderByKey"], view["orderByAsc"]) == ("attributes.start_time", False)
    assert tags["mlflow.experimentKind"] == "custom_model_development"


def test_a_page_asks_for_the_training_of_models_and_for_our_view_where_there_is_one() -> None:
    plain = first_page("http://127.0.0.1:5000", "7", has_view=False)
    assert plain == "http://127.0.0.1:5000/#/experiments/7/runs?workflowType=machine_learning"
    key = VIEW_TAG.rpartition(".")[2]
    shown = first_page("http://127.0.0.1:5000", "7", has_view=True)
    assert shown == f"{plain}&viewStateShareKey={key}"
