"""What a bundle says of itself comes back with its task, and an older one says to train once more."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.vocabulary.errors import BundleRefused
from tests.training.companies import dataset, manifest_of
from training.bundles.manifest import SCHEMA_VERSION, Manifest, _canonical, _without
from training.families.kinds import KINDS
from training.learners.logistic import LogisticModel

MANIFEST = manifest_of(LogisticModel.fit(dataset(200)))


def test_a_manifest_comes_back_with_its_task_in_the_familys_type() -> None:
    sealed = MANIFEST.with_files({"model.txt": b"text"})
    written = Manifest.from_bytes(sealed.to_bytes())
    assert isinstance(written.task, dict) and written.task["question"]["kind"] == "inactivity"
    again = written.asking(KINDS["churn"].task)
    assert again.task == sealed.task and again.to_bytes() == sealed.to_bytes()
    assert (again.horizon_days, again.gap_days) == (60, 0)
    assert again.population == {"minimum_orders": 2, "active_within_days": 120}


def test_a_stamp_and_no_figure_may_change_without_another_digest() -> None:
    sealed = MANIFEST.with_files({})
    stamped = replace(sealed, version="7", run_id="a run")
    assert Manifest.from_bytes(stamped.to_bytes()).digest == sealed.digest
    with pytest.raises(BundleRefused, match="a digest that names the content"):
        Manifest.from_bytes(replace(sealed, title="a better name").to_bytes())


def test_what_was_fitted_is_written_and_counts_and_where_nothing_was_nothing_is_said() -> None:
    bare = MANIFEST.with_files({})
    assert not bare.fitted and b"fitted" not in bare.to_bytes()
    fitted = {"buying": {"r": 0.25, "alpha": 31.0, "a": 0.75, "b": 2.5}}
    own = replace(MANIFEST, fitted=fitted).with_files({})
    assert Manifest.from_bytes(own.to_bytes()).fitted == fitted and own.digest != bare.digest


@pytest.mark.parametrize(
    ("version", "name", "remedy"),
    [
        (SCHEMA_VERSION - 1, "churn", "Run `regulars train churn` once more"),
        (SCHEMA_VERSION - 1, "churn; rm", "Promote the model again"),
        (SCHEMA_VERSION + 1, "churn", "Promote the model again"),
        ("4", "churn", "Promote the model again"),
    ],
)
def test_an_older_bundle_is_to_be_trained_again_and_no_other(
    version: object, name: str, remedy: str
) -> None:
    content = {"schema_version": version, "name": name}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1) + "\n"
    with pytest.raises(BundleRefused, match="schema version") as refused:
        Manifest.from_bytes(text.encode())
    assert remedy in refused.value.remedy
    assert ("written by an earlier version" in refused.value.found) is ("train" in remedy)


@settings(derandomize=True)
@given(
    st.dictionaries(st.text("abcseal", min_size=1), st.one_of(st.text(), st.lists(st.text()))),
    st.text(),
    st.sampled_from(["a", "seal", "zz"]),
)
def test_a_text_is_taken_out_of_a_canonical_manifest_as_if_it_had_never_stood_there(
    others: dict[str, object], text: str, name: str
) -> None:
    # Texts that look like lines of the manifest are no lines: their ends of line are escaped.
    others = {key: one for key, one in others.items() if key != name} | {"m": f'\n "{name}": "x",'}
    assert _without(_canonical(others | {name: text}), (name,)) == _canonical(others)
