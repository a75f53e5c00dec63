"""The log as lines of JSON: what happened and where, never what was sent."""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime

import orjson

_OURS = "regulars"
_LOGGERS = (None, "bentoml", "uvicorn.error", "circus")
"""Those that BentoML gives handlers to, the one above all others first."""
_LONGEST = 500


class JsonLines(logging.Formatter):
    """A record as one object: when, how grave, by whom, the first line of what was said, and where a fault arose.

    The text of an exception is left out and so are further lines of a message: libraries repeat in them what they
    were given.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One record as a line."""
        line: dict[str, object] = {
            "at": instant_of(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage().strip().partition("\n")[0][:_LONGEST],
        }
        correlation_id = getattr(record, "correlation_id", "")
        if correlation_id:
            line["correlation_id"] = correlation_id
        fault = record.exc_info[1] if record.exc_info else None
        if fault is not None:
            line |= {"fault": type(fault).__name__, "place": place_of(fault)}
        return orjson.dumps(line).decode()


def write_json_lines() -> None:
    """From now on everything this process logs is a line of JSON, also what libraries log."""
    logging.getLogger(_OURS).setLevel(logging.INFO)
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.StreamHandler())
    for name in _LOGGERS:
        for handler in logging.getLogger(name).handlers:
            handler.setFormatter(JsonLines())


def place_of(fault: BaseException) -> str:
    """The file and line a fault arose at."""
    # Without the lines of source that ``extract_tb`` would read from their files.
    frames = list(traceback.walk_tb(fault.__traceback__))
    if not frames:
        return ""
    frame, line = frames[-1]
    return f"{frame.f_code.co_filename.rsplit('/', 1)[-1]}:{line}"


def instant_of(at: float) -> str:
    """An instant in UTC, to the millisecond."""
    said = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return said.replace("+00:00", "Z")
