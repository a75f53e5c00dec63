"""For whom a page is drawn: known to whatever draws it, without being handed through everything in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from serving.ledger.accounts.roles import Permission


@dataclass(frozen=True)
class PageVisitor:
    """A signed-in browser as its pages need it.

    ``display_name`` is empty where no account signed in; ``form_token`` goes into every form that is drawn.
    """

    display_name: str = ""
    has_account: bool = False
    permissions: frozenset[Permission] = frozenset()
    form_token: str = ""

    def may(self, permission: Permission) -> bool:
        """Whether the visitor may open what asks for a permission."""
        return permission in self.permissions


_visitor: ContextVar[PageVisitor] = ContextVar("visitor", default=PageVisitor())  # noqa: B039 - it is frozen


@contextmanager
def drawn_for(visitor: PageVisitor) -> Iterator[None]:
    """What is drawn inside the block is for this visitor."""
    before = _visitor.set(visitor)
    try:
        yield
    finally:
        _visitor.reset(before)


def current_visitor() -> PageVisitor:
    """For whom is drawn now; nobody in particular outside a call."""
    return _visitor.get()
