"""What a bundle says about itself: its identity, its features, its figures and the hash of every file.

The manifest is written in one canonical form and sealed with its own hash, so that a single changed
bit anywhere in it is noticed before anything is believed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from features.vocabulary.errors import BundleRefused

SCHEMA_VERSION = 4
MANIFEST_FILE = "manifest.json"
_OUTSIDE_DIGEST = ("digest", "version", "run_id")


@dataclass(frozen=True)
class Manifest:
    """A bundle's identity card.

    ``digest`` names the content: the same data and settings give the same digest, whatever the
    registry ``version`` and ``run_id`` became. ``title`` is the honest name of what ships, ``question``
    what it is asked, as ``training.questions.question`` writes it, and ``evaluation`` what was found of it beyond
    the ladder: its grade, money, slices and age.
    """

    family: str
    title: str
    plan_hash: str
    feature_names: Sequence[str]
    features: Sequence[Mapping[str, Any]]
    groups: Sequence[Mapping[str, str]]
    question: Mapping[str, Any]
    horizon_days: int
    gap_days: int
    base_rate: float
    data_digest: str
    data_cut: str
    name: str = "churn"
    schema_version: int = SCHEMA_VERSION
    version: str = ""
    run_id: str = ""
    digest: str = ""
    metrics: Mapping[str, Any] = field(default_factory=dict)
    ladder: Sequence[Mapping[str, Any]] = ()
    evaluation: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()
    tools: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def population(self) -> dict[str, int]:
        """The numbers by which customers are judged, apart from horizon and gap."""
        return {
            key: value
            for key, value in self.question.items()
            if isinstance(value, int)
            and not isinstance(value, bool)
            and key not in ("horizon_days", "gap_days")
        }

    def as_dict(self) -> dict[str, Any]:
        """The manifest as plain fields."""
        return asdict(self)

    def with_files(self, contents: Mapping[str, bytes]) -> Manifest:
        """The manifest of a bundle with these files, named by its digest."""
        hashes = {name: sha256(content) for name, content in sorted(contents.items())}
        whole = replace(self, files=hashes)
        counted = {key: one for key, one in whole.as_dict().items() if key not in _OUTSIDE_DIGEST}
        return replace(whole, digest=sha256(_canonical(counted)))

    def to_bytes(self) -> bytes:
        """The sealed manifest, in its one canonical form."""
        content = self.as_dict()
        return _canonical(content | {"seal": sha256(_canonical(content))})

    @classmethod
    def from_bytes(cls, content: bytes) -> Manifest:
        """Read a sealed manifest; ``BundleRefused`` when anything in it was changed."""
        try:
            parsed = json.loads(content)
            if not isinstance(parsed, dict) or _canonical(parsed) != content:
                raise ValueError("not in canonical form")
        except (ValueError, RecursionError):
            raise damaged("a readable manifest", "one that is damaged") from None
        if parsed.get("schema_version") != SCHEMA_VERSION:
            raise damaged(
                f"a bundle of schema version {SCHEMA_VERSION}",
                f"schema version {parsed.get('schema_version')!r}",
            )
        seal = parsed.pop("seal", None)
        if seal != sha256(_canonical(parsed)):
            raise damaged("a manifest that matches its seal", "one that was changed")
        if set(parsed) != {one.name for one in fields(cls)}:
            raise damaged("the manifest fields this version knows", "others")
        manifest = cls(**parsed)
        counted = {key: one for key, one in parsed.items() if key not in _OUTSIDE_DIGEST}
        if manifest.digest != sha256(_canonical(counted)):
            raise damaged("a digest that names the content", "another")
        return manifest


def sha256(content: bytes) -> str:
    """The SHA-256 hash of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def damaged(expected: str, found: str) -> BundleRefused:
    """The refusal of a bundle, with the one remedy there is."""
    return BundleRefused(
        expected=expected,
        found=found,
        remedy="Nothing of it was used. Promote the model again, or roll back to the last one.",
    )


def _canonical(content: Mapping[str, Any]) -> bytes:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False)
    return (text + "\n").encode("utf-8")
