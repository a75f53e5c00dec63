"""The contract's document as it stands in the documentation, written anew by ``python -m tests.serving.contract.stored_document``.

It is not written where that would break what was promised.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from serving.adapters.adapters import ADAPTERS
from serving.contract.application import build_api
from serving.pages.pages import Pages
from tests.serving.contract.promises import broken_promises

FILE = Path(__file__).resolve().parents[3] / "docs" / "openapi.json"


def stored() -> dict[str, Any]:
    """The document as it was written last."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def current() -> dict[str, Any]:
    """The document the service answers with."""
    return build_api(*ADAPTERS, Pages().routes).openapi()


def main() -> int:
    """Write it, or say what it would break."""
    document = current()
    broken = broken_promises(stored(), document) if FILE.exists() else []
    if broken:
        sys.stderr.write("\n".join(["This breaks what was promised:", *broken, ""]))
        return 1
    FILE.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
