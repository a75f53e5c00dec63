"""The curve of the balance as a table and as a plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from training.ladder.tables import markdown
from training.plots.style import OTHERS, QUIET, STRONG, canvas, png

Rows = Sequence[Mapping[str, Any]]
_HEADERS = "offset", "new items", "NDCG@10", "Recall@10", "repeat Recall@10", "explore Recall@10"
_FIELDS = "ndcg_10", "recall_10", "repeat_recall_10", "explore_recall_10"
_EVERY = 5


def curve_markdown(rows: Rows) -> str:
    """Every fifth offset and the chosen one, each with what lists of ten under it found."""
    shown = [row for place, row in enumerate(rows) if row["is_chosen"] or place % _EVERY == 0]
    cells = [
        [
            f"{row['offset']:+.1f}{' (chosen)' if row['is_chosen'] else ''}",
            f"{row['new_share']:.1%}",
            *(f"{row[name]:.4f}" for name in _FIELDS),
        ]
        for row in shown
    ]
    return markdown(_HEADERS, cells)


def curve_plot(rows: Rows, place: str) -> bytes:
    """NDCG and explore recall by the share of new items on lists of ten, as a PNG; the chosen balance is marked."""
    figure, axes = canvas(
        f"Repeats and new items, {place}", "share of new items on the lists", "NDCG@10"
    )
    shares = [row["new_share"] for row in rows]
    axes.plot(shares, [row["ndcg_10"] for row in rows], color=STRONG)
    found = axes.twinx()
    found.grid(False)
    found.plot(shares, [row["explore_recall_10"] for row in rows], color=OTHERS[0])
    found.set_ylabel("explore Recall@10", color=OTHERS[0])
    axes.yaxis.label.set_color(STRONG)
    chosen = next(row for row in rows if row["is_chosen"])
    axes.axvline(chosen["new_share"], color=QUIET, linestyle=":")
    axes.annotate(
        f"ships: {chosen['offset']:+.1f}", (chosen["new_share"], axes.get_ylim()[0]), (4, 4),
        textcoords="offset points", color=QUIET,
    )  # fmt: skip
    return png(figure)
