"""What a bundle says about itself: its identity, its features, its figures and the hash of every file.

The manifest is written in one canonical form and sealed with its own hash, so that a single changed
bit anywhere in it is noticed before anything is believed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Generic, Protocol

from typing_extensions import TypeVar

from features.vocabulary.errors import BundleRefused

SCHEMA_VERSION = 5
MANIFEST_FILE = "manifest.json"
_OUTSIDE_DIGEST = ("digest", "version", "run_id")


class Task(Protocol):
    """What the models of a family are asked, in a type of the family's own."""

    @property
    def horizon_days(self) -> int:
        """How many days after the cutoff are asked about."""

    @property
    def gap_days(self) -> int:
        """How many days lie between the cutoff and the first that counts."""

    @property
    def population(self) -> Mapping[str, int]:
        """The numbers by which customers are judged, apart from horizon and gap."""

    @property
    def said(self) -> str:
        """What is answered and of whom, in words."""

    def as_dict(self) -> dict[str, Any]:
        """The task as plain fields, as a manifest is written."""


Written = Mapping[str, Any]
"""A task as it stands on disk, before the family has read it."""
Asked = TypeVar("Asked", bound=Task | Written, default=Task, covariant=True)
Read = TypeVar("Read", bound=Task)


@dataclass(frozen=True)
class Manifest(Generic[Asked]):
    """A bundle's identity card.

    ``digest`` names the content: the same data and settings give the same digest, whatever the
    registry ``version`` and ``run_id`` became. ``title`` is the honest name of what ships, ``learner`` the
    algorithm behind it, ``task`` what it is asked, and ``evaluation`` what was found of it beyond the ladder:
    its grade, money, slices and age. ``plan_hash`` is empty where no feature is one of a company's tables, and
    ``fitted`` holds what this training fitted beforehand for features that ask for it.
    """

    name: str
    learner: str
    title: str
    task: Asked
    feature_names: Sequence[str]
    features: Sequence[Mapping[str, Any]]
    groups: Sequence[Mapping[str, str]]
    base_rate: float
    data_digest: str
    data_cut: str
    plan_hash: str = ""
    fitted: Mapping[str, Any] = field(default_factory=dict)
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
    def horizon_days(self: Manifest[Task]) -> int:
        """How many days after the cutoff are asked about."""
        return self.task.horizon_days

    @property
    def gap_days(self: Manifest[Task]) -> int:
        """How many days lie between the cutoff and the first that counts."""
        return self.task.gap_days

    @property
    def population(self: Manifest[Task]) -> dict[str, int]:
        """The numbers by which customers are judged, apart from horizon and gap."""
        return dict(self.task.population)

    def asking(self: Manifest[Written], read: Callable[[Written], Read]) -> Manifest[Read]:
        """The manifest with its task in the family's own type."""
        others = {one.name: getattr(self, one.name) for one in fields(self)}
        return Manifest(**others | {"task": read(self.task)})

    def as_dict(self) -> dict[str, Any]:
        """The manifest as plain fields."""
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        # Bundles of before do not say it: their digests must stay what they are.
        said = {name: one for name, one in plain.items() if one or name != "fitted"}
        return said | {"task": _plain(self.task)}

    def with_files(self, contents: Mapping[str, bytes]) -> Manifest[Asked]:
        """The manifest of a bundle with these files, named by its digest."""
        hashes = {name: sha256(content) for name, content in sorted(contents.items())}
        whole = replace(self, files=hashes)
        counted = {key: one for key, one in whole.as_dict().items() if key not in _OUTSIDE_DIGEST}
        return replace(whole, digest=sha256(_canonical(counted)))

    def to_bytes(self) -> bytes:
        """The sealed manifest, in its one canonical form."""
        content = self.as_dict()
        return _canonical(content | {"seal": sha256(_canonical(content))})

    @staticmethod
    def from_bytes(content: bytes) -> Manifest[Written]:
        """Read a sealed manifest; ``BundleRefused`` when anything in it was changed."""
        try:
            parsed = json.loads(content)
            if not isinstance(parsed, dict) or _canonical(parsed) != content:
                raise ValueError("not in canonical form")
        except (ValueError, RecursionError):
            raise damaged("a readable manifest", "one that is damaged") from None
        if parsed.get("schema_version") != SCHEMA_VERSION:
            raise _of_another_schema(parsed.get("schema_version"), parsed.get("name"))
        seal = parsed.pop("seal", None)
        unsealed = _without(content, ("seal",))
        if seal != sha256(unsealed):
            raise damaged("a manifest that matches its seal", "one that was changed")
        if {*parsed, "fitted"} != {one.name for one in fields(Manifest)}:
            raise damaged("the manifest fields this version knows", "others")
        manifest: Manifest[Written] = Manifest(**parsed)
        if manifest.digest != sha256(_without(unsealed, _OUTSIDE_DIGEST)):
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


def _of_another_schema(version: object, name: object) -> BundleRefused:
    """A bundle of before or of after says other things of itself: one is to be trained, or the version to be run."""
    if isinstance(version, int) and version < SCHEMA_VERSION and str(name).isidentifier():
        return BundleRefused(
            expected=f"a bundle of schema version {SCHEMA_VERSION}",
            found=f"schema version {version}, written by an earlier version",
            remedy=f"Nothing of it was used. Run `regulars train {name}` once more.",
        )
    if isinstance(version, int) and version > SCHEMA_VERSION:
        return BundleRefused(
            expected=f"a bundle of schema version {SCHEMA_VERSION}",
            found=f"schema version {version}, written by a newer version of the program",
            remedy="Nothing of it was used. Run that version, or roll back to the last one of this.",
        )
    return damaged(f"a bundle of schema version {SCHEMA_VERSION}", f"schema version {version!r}")


def _plain(task: Task | Written) -> dict[str, Any]:
    return dict(task) if isinstance(task, Mapping) else task.as_dict()


def _canonical(content: Mapping[str, Any]) -> bytes:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False)
    return (text + "\n").encode("utf-8")


def _without(content: bytes, names: Sequence[str]) -> bytes:
    """The canonical form of the same object without some of its texts: each stands on a line of its own.

    Writing a long manifest anew for its seal and for its digest takes most of the time that reading it takes.
    """
    for name in names:
        line = rb'\n "%b": ".*"' % name.encode()
        # With the comma before it or behind it, for the last line has none.
        content = re.sub(rb"(%b,(?=\n)|,%b(?=\n\}))" % (line, line), b"", content, count=1)
    return content
