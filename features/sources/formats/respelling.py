"""Ways to write an instant that are no form of their own: each is spelt anew before it is read.

The patterns are those of Python and of the database alike, so that a sample and all rows are read in one way.
"""

from __future__ import annotations

import re

from features.sources.expressions import text

_DATE = r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
_AT = "(?:à |um |at )?"
_END = r"(?: ?[ap]\.?m\.?| uhr)?"

RESPELT: tuple[tuple[str, str], ...] = (
    # '2022-01-04, as Excel writes what must stay a text, and [04/Jan/2022:10:27:34 +0100] of web servers
    (r"^['\[]([^\[\]]*\d[^\[\]]*)\]?$", r"\1"),
    (r"^(\d{1,2}/[A-Za-z]{3}/\d{4}):(\d{2}:\d{2})", r"\1 \2"),
    # 20220104T102734Z and 20220104 1027, the basic form of ISO 8601
    (r"^(\d{4})-?(\d{2})-?(\d{2})[Tt ](\d{2})(\d{2})(\d{2})", r"\1-\2-\3 \4:\5:\6"),
    (r"^(\d{4})-?(\d{2})-?(\d{2})[Tt ](\d{2})(\d{2})(Z|[-+]\d{2}:?\d{2})?$", r"\1-\2-\3 \4:\5\6"),
    (r"^(\d{4})(\d{2})(\d{2})[Tt ](\d{2}:\d{2})", r"\1-\2-\3 \4"),
    (r"^(\d{4}-\d{2}-\d{2})T(\d{2})(Z?)$", r"\1 \2:00\3"),
    # 2022-01-04T10:27:34+00:00[Europe/London]: the offset says it all
    (r"([-+]\d{2}:?\d{2}|Z)\[[A-Za-z_/+-]+\]$", r"\1"),
    # 2022-01-04-10.27.34.123456 of DB2, 2022:01:04 10:27:34 of cameras
    (r"^(\d{4}-\d{2}-\d{2})-(\d{2})[.-](\d{2})[.-](\d{2})", r"\1 \2:\3:\4"),
    (r"^(\d{4}):(\d{2}):(\d{2}) ", r"\1-\2-\3 "),
    # 2022年1月4日, 2022. 1. 4.
    (r"^(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일]", r"\1-\2-\3"),
    (r"^(\d{4})\. ?(\d{1,2})\. ?(\d{1,2})\.(?: |$)", r"\1-\2-\3 "),
    # 4.1.2022 - 10:27, 4.1.2022 | 10:27
    (rf"^({_DATE}) ?[-|–] ?(\d{{1,2}}[:.]\d{{2}})", r"\1 \2"),
    # 4.1.2022 10.27 Uhr, 04/01/2022 à 10h27, 04-JAN-22 10.27.34.000000 AM, 1/4/2022 10 AM
    (
        rf"(\d{{2}}),? {_AT}(\d{{1,2}})[.h](\d{{2}})[.m](\d{{2}})s?((?:\.\d+)?{_END})$",
        r"\1 \2:\3:\4\5",
    ),
    (rf"(\d{{2}}),? {_AT}(\d{{1,2}})[.h](\d{{2}})({_END})$", r"\1 \2:\3\4"),
    (rf"^({_DATE}) (?:à )?(\d{{1,2}}) ?h$", r"\1 \2:00"),
    (rf"^({_DATE}),? (\d{{1,2}}) ?([ap])\.?m\.?$", r"\1 \2:00 \3m"),
    # 13:27 PM, and fractions of a second before AM and PM
    (r" (00?|1[3-9]|2[0-3])(:\d{2}(?::\d{2})?) ?[ap]\.?m\.?$", r" \1\2"),
    (r"(:\d{2}:\d{2})\.\d+( ?[ap]m)$", r"\1\2"),
    # Tue Jan 04 10:27:34 CET 2022
    (
        rf"^(?:[a-z]{{2,3}},? )?([a-z]{{3}}) {{1,2}}(\d{{1,2}}) ({_CLOCK})((?: [a-z]{{1,5}}| ?[-+]\d{{4}})?) (\d{{4}})$",
        r"\1 \2 \5 \3\4",
    ),
)


def respelt(value: str) -> str:
    """A text with single blanks as its instant is usually written; any other text as it is.

    >>> respelt("20220104T102734Z"), respelt("4.1.2022 10.27"), respelt("Tue Jan 4 10:27:34 CET 2022")
    ('2022-01-04 10:27:34Z', '4.1.2022 10:27', 'Jan 4 2022 10:27:34 CET')
    """
    for pattern, instead in RESPELT:
        value = re.sub(pattern, instead, value, count=1, flags=re.IGNORECASE)
    return value


def respelt_sql(value: str) -> str:
    """SQL for ``respelt``."""
    for pattern, instead in RESPELT:
        value = f"regexp_replace({value}, {text('(?i)' + pattern)}, {text(instead)})"
    return value
