"""How much of a sample the tests noticed, by room, and whether a room has fallen since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from experiments.bench.house.structure import ROOT
from experiments.mutants.sample import room_of

SHARES = ROOT / "tests" / "mutant_shares.json"


@dataclass(frozen=True)
class Share:
    """How many mutants of a room were killed, of how many."""

    killed: int
    tried: int

    @property
    def percent(self) -> float:
        """The share in percent; a hundred where nothing was tried."""
        return 100.0 * self.killed / self.tried if self.tried else 100.0


def shares(killed: Iterable[tuple[str, bool]]) -> dict[str, Share]:
    """The share of every room, from files and whether a mutant of each was killed."""
    found: dict[str, Share] = {}
    for file, is_killed in killed:
        room = room_of(file)
        before = found.get(room, Share(0, 0))
        found[room] = Share(before.killed + is_killed, before.tried + 1)
    return dict(sorted(found.items()))


def whole(rooms: Mapping[str, Share]) -> Share:
    """The share of all rooms together."""
    killed, tried = (
        sum(getattr(one, part) for one in rooms.values()) for part in ("killed", "tried")
    )
    return Share(killed, tried)


def fallen(now: Mapping[str, Share], before: Mapping[str, Share]) -> Iterator[str]:
    """A sentence for each room of which less is noticed than before."""
    for room, share in now.items():
        earlier = before.get(room)
        if earlier is not None and share.percent < earlier.percent:
            yield (
                f"{room}: before {earlier.percent:.1f} % ({earlier.killed} of {earlier.tried}), "
                f"now {share.percent:.1f} % ({share.killed} of {share.tried})"
            )


def table(rooms: Mapping[str, Share]) -> str:
    """The shares as they stand in the documentation."""
    lines = ["| room | killed | of | share |", "| --- | --- | --- | --- |"]
    for room, share in {**rooms, "**all rooms**": whole(rooms)}.items():
        lines.append(f"| {room} | {share.killed} | {share.tried} | {share.percent:.0f} % |")
    return "\n".join(lines)


def stored_shares(seed: int, count: int, path: Path = SHARES) -> dict[str, Share]:
    """The shares last kept of the same sample; none where another sample was kept."""
    if not path.exists():
        return {}
    content = json.loads(path.read_text(encoding="utf-8"))
    if (content["seed"], content["count"]) != (seed, count):
        return {}
    return {room: Share(*figures) for room, figures in content["rooms"].items()}


def keep(rooms: Mapping[str, Share], seed: int, count: int, path: Path = SHARES) -> None:
    """Keep the shares of a sample, below which no room may fall from now on."""
    lines = [f'    "{room}": [{one.killed}, {one.tried}]' for room, one in rooms.items()]
    text = f'{{\n  "seed": {seed},\n  "count": {count},\n  "rooms": {{\n'
    path.write_text(text + ",\n".join(lines) + "\n  }\n}\n", encoding="utf-8")
