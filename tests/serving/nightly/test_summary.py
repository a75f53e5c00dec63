"""What a scoring run says of what it published."""

from __future__ import annotations

from typing import Any

from serving.nightly.summary import summary_of

MANIFEST: dict[str, Any] = {
    "model_title": "trees",
    "model_version": "7",
    "cutoff_seconds": 1_000,
    "statuses": {"ok": 1_200, "not_recent": 30, "never_bought": 4},
    "base": 0.25,
    "expected_leavers": 299.6,
    "act": "cancel",
    "valued": 900,
    "value_cents": 12_345,
    "value": {"horizon_days": 365},
    "value_fault": "a",
    "segmented": 800,
    "segments_fault": "b",
    "to_offer": 12,
    "offers_fault": "c",
    "earlier_seconds": 500,
    "compared": 700,
    "jumped": 6,
}


def test_the_summary_says_what_the_manifest_says() -> None:
    found = summary_of(MANIFEST)
    expected = {name: one for name, one in MANIFEST.items() if name not in ("model_title", "value")}
    expected |= {"model": "trees", "judged": 1_200, "value_days": 365, "reused": False}
    assert found.as_dict() == expected
    assert summary_of({**MANIFEST, "value": None}).value_days == 0


def test_the_sentence_counts_who_was_not_judged_and_tells_scores_that_stood_already() -> None:
    said = "1,200 customers judged by trees, 300 expected to cancel; 34 not judged"
    assert summary_of(MANIFEST).said == f"Scored everybody: {said}"
    assert summary_of(MANIFEST, reused=True).said == f"These scores stand already: {said}"
