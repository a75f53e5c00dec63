"""The house as a picture, drawn from the imports: ``python -m experiments.bench.house.picture`` writes ``docs/house.svg``.

A floor is a package, a room a folder or file in it. A room stands right of the rooms it imports; an arrow says
that a room is imported by the one it points to, and is left out where a longer way says the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from experiments.bench.house.structure import ROOT, House

FILE = ROOT / "docs" / "house.svg"
FLOORS = ("regulars", "serving", "training", "features")
"""From the roof down; experiments stand beside the house and are left out."""
FAMILIES = "training.families"
_SENTENCES = {
    "features": "raw tables → checks → store → plan → vectors",
    "training": "vectors → datasets → models → registry",
    "serving": "bundles → scores, reasons and decisions → the CRM and the page",
    "regulars": "the command line: the only place that prints; and what a notebook imports",
}
_WIDTH, _ROOM_WIDTH, _ROOM_HEIGHT, _GAP = 1180, 118, 30, 12
_LEFT, _HEAD = 24, 54


@dataclass(frozen=True)
class Box:
    """Where a room stands in the picture."""

    name: str
    x: int
    y: int


def levels(rooms: Sequence[str], arrows: Mapping[str, set[str]]) -> list[list[str]]:
    """Rooms by how far they stand from those that import nothing; no two of a level import each other.

    >>> levels(["roof", "wall", "floor"], {"roof": {"wall"}, "wall": {"floor"}})
    [['floor'], ['wall'], ['roof']]
    """
    height: dict[str, int] = {}

    def height_of(room: str) -> int:
        if room not in height:
            below = [height_of(other) for other in arrows.get(room, ())]
            height[room] = 1 + max(below, default=-1)
        return height[room]

    for room in rooms:
        height_of(room)
    return [
        sorted(room for room in rooms if height[room] == level)
        for level in range(max(height.values(), default=-1) + 1)
    ]


def needed(arrows: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The arrows that no longer way says already.

    >>> needed({"roof": {"wall", "floor"}, "wall": {"floor"}})
    {'roof': {'wall'}, 'wall': {'floor'}}
    """

    def reached(room: str) -> set[str]:
        return {other for below in arrows.get(room, ()) for other in ({below} | reached(below))}

    return {
        room: {below for below in others if all(below not in reached(o) for o in others - {below})}
        for room, others in arrows.items()
    }


def drawn(house: House) -> str:
    """The picture as SVG, the same text whenever the imports are the same."""
    parts: list[str] = []
    y = _LEFT
    for floor in FLOORS:
        content, height = _floor(house, floor, y)
        parts += content
        y += height + 18
    return "\n".join([_head(y), *parts, "</svg>", ""])


def _floor(house: House, floor: str, top: int) -> tuple[list[str], int]:
    rooms = [room for room in house.rooms(floor) if not room.endswith("__main__")]
    arrows: dict[str, set[str]] = {}
    for importing, imported in house.arrows(rooms):
        arrows.setdefault(importing, set()).add(imported)
    boxes = _placed(levels(rooms, arrows), top + _HEAD)
    height = max(box.y for box in boxes.values()) - top + _ROOM_HEIGHT + _GAP + 8
    content = [
        f'<rect class="floor" x="{_LEFT}" y="{top}" width="{_WIDTH - 2 * _LEFT}" height="{height}" rx="10"/>',
        f'<text class="title" x="{_LEFT + 20}" y="{top + 28}">{floor}/</text>',
        f'<text class="says" x="{_LEFT + 130}" y="{top + 28}">{_SENTENCES[floor]}</text>',
    ]
    for importing, others in sorted(needed(arrows).items()):
        content += [_arrow(boxes[other], boxes[importing]) for other in sorted(others)]
    content += [_room(house, box) for _, box in sorted(boxes.items())]
    return content, height


def _placed(columns: Sequence[Sequence[str]], top: int) -> dict[str, Box]:
    """Where each room stands; columns that would overlap stand on two lines in turn."""
    room_for = (_WIDTH - 2 * _LEFT - 40 - _ROOM_WIDTH) // max(1, len(columns) - 1)
    step = min(_ROOM_WIDTH + 34, room_for)
    lines = 1 if step >= _ROOM_WIDTH + _GAP else 2
    return {
        name: Box(
            name,
            _LEFT + 20 + column * step,
            top + (row * lines + column % lines) * (_ROOM_HEIGHT + _GAP),
        )
        for column, names in enumerate(columns)
        for row, name in enumerate(names)
    }


def _room(house: House, box: Box) -> str:
    short = box.name.rpartition(".")[2]
    is_folder = bool(house.graph.find_children(box.name))
    label = f"{short}/" if is_folder else short
    kind = "room" if is_folder else "file"
    within = len(house.graph.find_descendants(box.name))
    said = f"{box.name}: {within} files" if is_folder else box.name
    return (
        f'<g><title>{said}</title><rect class="{kind}" x="{box.x}" y="{box.y}" width="{_ROOM_WIDTH}" '
        f'height="{_ROOM_HEIGHT}" rx="6"/><text class="name" x="{box.x + 9}" y="{box.y + 20}">{label}</text></g>'
    )


def _arrow(start: Box, end: Box) -> str:
    x, y = start.x + _ROOM_WIDTH, start.y + _ROOM_HEIGHT // 2
    to_x, to_y = end.x - 3, end.y + _ROOM_HEIGHT // 2
    middle = (x + to_x) // 2
    bend = f"M{x} {y}C{middle} {y} {middle} {to_y} {to_x} {to_y}"
    if to_x <= x:
        # They stand on two lines, one reaching under the other: from below to above, or the other way.
        is_down = end.y > start.y
        x, y = x - _ROOM_WIDTH // 5, start.y + (_ROOM_HEIGHT if is_down else 0)
        to_x, to_y = end.x + _ROOM_WIDTH // 5, end.y + (-3 if is_down else _ROOM_HEIGHT + 3)
        bend = f"M{x} {y}L{to_x} {to_y}"
    return f'<path class="arrow" d="{bend}" marker-end="url(#tip)"/>'


def _head(height: int) -> str:
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="system-ui, -apple-system, Segoe UI, Roboto, sans-serif" role="img" aria-labelledby="title">
<title id="title">The floors of the house and the rooms on each, with the arrows of what is built on what</title>
<style>
.ground{{fill:#fff}}.floor{{fill:#f7f8fa;stroke:#c9ced6}}.room{{fill:#e6f0ee;stroke:#1d6f5c}}.file{{fill:#fff;stroke:#8a929e}}
.title{{font-size:17px;font-weight:600;fill:#1b1f24}}.says{{font-size:13px;fill:#4b515b}}.name{{font-size:12.5px;fill:#1b1f24}}
.arrow{{fill:none;stroke:#7b838f;stroke-width:1.1}}.tip{{fill:#7b838f}}
@media (prefers-color-scheme: dark){{.ground{{fill:#14171b}}.floor{{fill:#1b1f24;stroke:#3a414b}}.room{{fill:#1f3a34;stroke:#5fb5a0}}.file{{fill:#22272e;stroke:#69717d}}.title,.name{{fill:#eceff3}}.says{{fill:#b4bcc8}}.arrow{{stroke:#8f98a5}}.tip{{fill:#8f98a5}}}}
</style>
<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="6" markerHeight="6" orient="auto"><path class="tip" d="M0 0 10 5 0 10z"/></marker></defs>
<rect class="ground" width="{_WIDTH}" height="{height}"/>"""


if __name__ == "__main__":
    FILE.write_text(drawn(House(("features", "training", "serving", "regulars"))), encoding="utf-8")
