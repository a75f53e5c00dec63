"""Write what ``gettext`` reads beside each catalogue: ``python -m training.reasons.languages.compiled``."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "catalogues"
_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


def compiled(written: Path) -> bytes:
    """A catalogue that was written by hand, as ``gettext`` reads it."""
    with written.open("rb") as file:
        catalogue = read_po(file, locale=written.stem)
    # When it was made is none of its contents: the same words are the same bytes.
    catalogue.creation_date = catalogue.revision_date = _ALWAYS
    found = io.BytesIO()
    write_mo(found, catalogue)
    return found.getvalue()


def main() -> None:
    """Compile every catalogue."""
    for written in sorted(FOLDER.glob("*.po")):
        written.with_suffix(".mo").write_bytes(compiled(written))


if __name__ == "__main__":
    main()
