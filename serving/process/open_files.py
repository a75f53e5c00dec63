"""How many files and connections a process may have open: as many as the system lets it, and no fewer than it needs."""

from __future__ import annotations

import resource

from features.vocabulary.errors import UsageRefused

LEAST, MOST = 1_024, 65_536
RESERVED = 400
"""For what is no connection: the database once a thread, snapshots, models and figures."""
MOST_CONNECTIONS = 10_000


def raise_open_files() -> None:
    """Let this process, and all it starts, open as many files as the system allows.

    Raises ``UsageRefused`` where these are too few to serve with.
    """
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if most == resource.RLIM_INFINITY else min(most, MOST)
    if _is_fewer(allowed, wanted):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
        allowed = wanted
    if _is_fewer(allowed, LEAST):
        raise UsageRefused(
            expected=f"at least {LEAST:,} files that may be open at once",
            found=f"{allowed:,}",
            remedy="Raise the limit: `ulimit -Hn` in a shell, LimitNOFILE= of systemd, ulimits of compose.",
        )


def most_connections() -> int:
    """How many connections a process may have and still open what it needs."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(1, min(MOST_CONNECTIONS, allowed - RESERVED))


def _is_fewer(allowed: int, wanted: int) -> bool:
    return allowed != resource.RLIM_INFINITY and allowed < wanted
