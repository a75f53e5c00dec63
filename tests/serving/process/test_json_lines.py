"""What is logged is a line of JSON, and holds nothing of what was sent."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import textwrap
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from serving.process.json_lines import JsonLines, instant_of
from tests.serving.process.test_launch import PROJECT

CANARY = "CANARY77XJ"


def line(message: str, *arguments: object, fault: BaseException | None = None) -> dict[str, Any]:
    """A record as it is written."""
    info = None if fault is None else (type(fault), fault, fault.__traceback__)
    record = logging.LogRecord(
        "regulars.test", logging.ERROR, "", 1, message, arguments, info
    )  # fmt: skip
    record.created = 1_800_000_000.5
    written = JsonLines().format(record)
    assert "\n" not in written
    said: dict[str, Any] = json.loads(written)
    return said


def test_a_record_tells_when_how_grave_by_whom_and_what() -> None:
    assert line("The %s is full", "disk") == {
        "at": "2027-01-15T08:00:00.500Z",
        "level": "error",
        "logger": "regulars.test",
        "message": "The disk is full",
    }


def test_of_a_fault_its_kind_and_place_are_told_and_not_its_text() -> None:
    try:
        raise ValueError(f"input_value=['{CANARY}']")
    except ValueError as fault:
        said = line("It failed\nwith " + CANARY, fault=fault)
    assert said["fault"] == "ValueError" and said["place"].startswith("test_json_lines.py:")
    assert CANARY not in json.dumps(said)


@given(st.text())
def test_whatever_is_said_is_one_line(message: str) -> None:
    assert len(line("%s", message)["message"]) <= 500


def test_an_instant_is_told_in_utc() -> None:
    assert instant_of(0) == "1970-01-01T00:00:00.000Z"


def test_libraries_write_lines_of_json_too_where_bentoml_has_set_them_up() -> None:
    script = """
        import logging
        from bentoml._internal.log import configure_server_logging
        configure_server_logging()
        from serving.process.json_lines import write_json_lines
        write_json_lines()
        logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
        logging.getLogger("regulars.service").info("one")
        try:
            raise ValueError("CANARY77XJ")
        except ValueError:
            logging.getLogger("bentoml.serve").exception("Exception on /score")
            logging.getLogger("anything").exception("two")
    """
    written = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT,
    )
    said = [json.loads(one) for one in written.stdout.splitlines()]
    names = [one["logger"] for one in said]
    assert set(names) == {"uvicorn.error", "regulars.service", "bentoml.serve", "anything"}
    assert CANARY not in written.stdout + written.stderr
