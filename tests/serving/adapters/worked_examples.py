"""The worked examples of ``docs/callers``: each question in a block, its answer in the next, as the service gives it.

``python -m tests.serving.adapters.worked_examples`` makes the company of the tests and writes the answers anew.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.serving.calling import Service

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "callers"
PAGES = sorted(FOLDER.glob("*.md"))
DECISION = "36935e75cb19c519ce020cb2adac8adc"
"""What stands in the place of a name that is made anew for every answer."""
_PAIR = re.compile(r"(?ms)^```json (POST) (\S+)\n(.*?)^```\n\n```json (\d+)\n(.*?)^```$")
_MADE_ANEW = re.compile(r'("(?:decision_id|correlation_id)": )"[0-9a-f]+"')


class WorkedExample(NamedTuple):
    """One question of a page and what the page says it is answered."""

    path: str
    question: Any
    status: int
    answer: str


def examples(page: Path) -> Iterator[WorkedExample]:
    """The worked examples of a page, in order."""
    for _, path, question, status, answer in _PAIR.findall(page.read_text(encoding="utf-8")):
        yield WorkedExample(path, json.loads(question), int(status), answer)


def answered(service: Service, example: WorkedExample) -> tuple[int, str]:
    """The status, and the answer as a page shows it."""
    answer = service.caller("score").post(example.path, json=example.question)
    shown = json.dumps(answer.json(), indent=2, ensure_ascii=False)
    return answer.status_code, _MADE_ANEW.sub(rf'\1"{DECISION}"', shown) + "\n"


def rewritten(service: Service, page: Path) -> str:
    """A page with the answers of now."""

    def pair(found: re.Match[str]) -> str:
        verb, path, question, status, answer = found.groups()
        _, now = answered(service, WorkedExample(path, json.loads(question), int(status), answer))
        return f"```json {verb} {path}\n{question}```\n\n```json {status}\n{now}```"

    return _PAIR.sub(pair, page.read_text(encoding="utf-8"))


def main() -> None:
    """Write the answers of all pages."""
    from serving.nightly.run import score_everybody
    from tests.serving.company import company_in, put_segments_to_use, put_value_to_use

    with tempfile.TemporaryDirectory() as scratch:
        company = company_in(Path(scratch) / "company")
        put_value_to_use(company)
        put_segments_to_use(company)
        score_everybody(company.settings, company.workspace)
        service = Service(company, Path(scratch))
        for page in PAGES:
            page.write_text(rewritten(service, page), encoding="utf-8")
        service.close()


if __name__ == "__main__":
    main()
