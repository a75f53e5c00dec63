"""What the guard asks of an address that is called in a vendor's own terms, which are not those of the contract."""

from __future__ import annotations

from typing import Protocol

from serving.access.problems import ProblemAnswer


class CallerTerms(Protocol):
    """How one kind of caller names customers, sends rows, and reads a refusal."""

    media_type: str
    """Of a refusal."""
    waits_a_second: int
    """What stands in ``Retry-After`` for one second: 1, or 1,000 for who reads it as milliseconds."""

    def customers(self, path: str, body: bytes) -> list[object]:
        """What a body names its customers by, for the record of who asked about whom; of one that cannot be read nobody."""

    def rows(self, body: bytes) -> int:
        """About how many rows a body asks for, before anybody has read it; never fewer than one."""

    def refusal(self, problem: ProblemAnswer) -> tuple[int, object]:
        """The status and the content by which this caller understands a problem."""
