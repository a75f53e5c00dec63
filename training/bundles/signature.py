"""Who made a bundle: an Ed25519 signature over its manifest, which holds the hash of every other file.

The workspace that trains holds the private key, readable by its owner alone; whoever serves needs only the list
of trusted public keys. A bundle is believed only when one of them signed it, before anything of it is parsed.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from filelock import FileLock

from features.company.workspace import Workspace
from features.vocabulary.errors import BundleRefused
from training.bundles.manifest import MANIFEST_FILE

SIGNATURE_FILE = "signature.json"
_KEY_FILE, _TRUSTED_FILE = "signing.key", "trusted-keys.json"
_KEY_LOCK = ".signing.lock"
_MOST_BYTES = 4_096


@dataclass(frozen=True)
class Signing:
    """The keys of a workspace: one to sign with, where this workspace trains, and those it trusts."""

    workspace: Workspace

    @property
    def trusted_file(self) -> Path:
        """The public keys that are trusted, as hexadecimal; copy it to where bundles are served."""
        return self.workspace.folder / _TRUSTED_FILE

    @property
    def name(self) -> str:
        """The name of whoever signs here: the beginning of the public key, which is made the first time."""
        return _public(self._private_key())[:16]

    def sign(self, folder: Path) -> None:
        """Sign a bundle as it stands; the key is made, and trusted, the first time."""
        key = self._private_key()
        signature = key.sign((folder / MANIFEST_FILE).read_bytes())
        content = {"key": _public(key), "signature": signature.hex()}
        (folder / SIGNATURE_FILE).write_text(json.dumps(content) + "\n", encoding="utf-8")

    def require(self, folder: Path) -> None:
        """Refuse, with ``BundleRefused``, a bundle that no trusted key signed."""
        try:
            manifest = (folder / MANIFEST_FILE).read_bytes()
            content = json.loads(_small(folder / SIGNATURE_FILE))
            named, signature = str(content["key"]), bytes.fromhex(content["signature"])
        except FileNotFoundError:
            raise _refused("a signed bundle", "one without a signature") from None
        except (OSError, ValueError, KeyError, TypeError):
            raise _refused("a readable signature", "one that is damaged") from None
        if named not in self._trusted():
            raise _refused("a bundle signed by a trusted key", "one signed by another")
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(named)).verify(signature, manifest)
        except (InvalidSignature, ValueError):
            raise _refused("a signature of this very bundle", "one of something else") from None

    def _trusted(self) -> frozenset[str]:
        try:
            return frozenset(json.loads(self.trusted_file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return frozenset()
        except (ValueError, TypeError):
            raise _refused("a list of trusted keys", "a file that is none") from None

    def _private_key(self) -> Ed25519PrivateKey:
        path = self.workspace.folder / _KEY_FILE
        with suppress(FileNotFoundError):
            return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
        self.workspace.create()
        # The first trainings of two families may come here at once, and must sign by one key.
        with FileLock(self.workspace.folder / _KEY_LOCK):
            if not path.exists():
                self._make_key(path)
        return Ed25519PrivateKey.from_private_bytes(path.read_bytes())

    def _make_key(self, path: Path) -> None:
        key, beside = Ed25519PrivateKey.generate(), path.with_name(f"{_KEY_FILE}.new")
        trusted = sorted({*self._trusted(), _public(key)})
        self.trusted_file.write_text(json.dumps(trusted, indent=1) + "\n", encoding="utf-8")
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key.private_bytes_raw())
        # Whoever reads it meanwhile finds none or all of it.
        beside.replace(path)


def _public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def _small(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MOST_BYTES)


def _refused(expected: str, found: str) -> BundleRefused:
    return BundleRefused(
        expected=expected,
        found=found,
        remedy="Nothing of it was used. Promote the model again, train here, or add the public key of whoever trained it to "
        f"{_TRUSTED_FILE} in the workspace.",
    )
