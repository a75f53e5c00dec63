"""What behaviour segments must show: every limit just inside, on it and just outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.companies import dataset, manifest_of
from training.families.segments.checks import segments_checks
from training.learners.logistic import LogisticModel

NAN = float("nan")
MODEL = LogisticModel.fit(dataset(40))
FIGURES = {
    "stability": 0.9,
    "smallest_share": 0.2,
    "spend_explained": 0.25,
    "churn_explained": 0.25,
    "rfm_spend_explained": 0.25,
    "rfm_churn_explained": 0.25,
}


def failed(folder: Path, **figures: float) -> list[str]:
    mine = manifest_of(MODEL, metrics=FIGURES | figures)
    return [one.name for one in segments_checks(mine, folder) if not one.passed]


def test_every_check_is_made(tmp_path: Path) -> None:
    found = segments_checks(manifest_of(MODEL, metrics=FIGURES), tmp_path)
    assert [one.name for one in found] == [
        "stability",
        "smallest segment",
        "variance explained over RFM",
        "golden rows",
        "size",
    ]
    assert all(one.passed for one in found)


@pytest.mark.parametrize(
    ("figure", "value", "name"),
    [
        ("stability", 0.6, ""),
        ("stability", 0.5999, "stability"),
        ("stability", NAN, "stability"),
        ("smallest_share", 0.03, ""),
        ("smallest_share", 0.0299, "smallest segment"),
        ("smallest_share", NAN, "smallest segment"),
        ("spend_explained", 0.5, ""),
        ("churn_explained", 0.5, ""),
        ("rfm_spend_explained", 0.0, ""),
        ("rfm_churn_explained", 0.0, ""),
        ("spend_explained", 0.2, "variance explained over RFM"),
        ("churn_explained", 0.2, "variance explained over RFM"),
        ("rfm_spend_explained", 0.3, "variance explained over RFM"),
        ("rfm_churn_explained", 0.3, "variance explained over RFM"),
        ("rfm_churn_explained", NAN, "variance explained over RFM"),
        ("spend_explained", 0.231, ""),
        ("spend_explained", 0.229, "variance explained over RFM"),
    ],
)
def test_each_figure_has_its_limit(tmp_path: Path, figure: str, value: float, name: str) -> None:
    assert failed(tmp_path, **{figure: value}) == ([name] if name else [])


def test_two_hundredths_less_explained_are_allowed(tmp_path: Path) -> None:
    nothing = dict.fromkeys(("spend_explained", "churn_explained", "rfm_spend_explained"), 0.0)
    assert failed(tmp_path, **nothing, rfm_churn_explained=0.02) == []
    assert failed(tmp_path, **nothing, rfm_churn_explained=0.0201) != []


def test_a_bundle_of_more_than_64_megabytes_is_kept_out(tmp_path: Path) -> None:
    with (tmp_path / "model").open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    assert failed(tmp_path) == ["size"]
