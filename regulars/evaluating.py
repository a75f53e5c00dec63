"""Every figure of a card once more: from the predictions it stands on, the model and the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from regulars.call import Call, verb, write_down
from regulars.narrator import Outcome, Table
from regulars.options import MODELS, a_file

if TYPE_CHECKING:
    from training.bundles.manifest import Manifest
    from training.measures.predictions.compared import ComparedFigure
    from training.measures.predictions.predictions import Predictions
    from training.recipe.recomputed import RecomputedCard, UncheckedPart

_LADDER, _CHOSEN_BY = "ladder", ("auc", "gini", "within_offer_auc")
_MOST_LETTERS = 40


@click.command()
@click.argument("model", type=click.Choice(MODELS), default=MODELS[0])
@click.option("--version", type=int, help="Which version; without it, the model in use.")
@click.option(
    "--export",
    type=a_file,
    help="Write the predictions to this .parquet or .csv file, by your own numbers of customers.",
)
@verb
def evaluate(call: Call, model: str, version: int | None, export: Path | None) -> Outcome:
    """Recompute every figure of a model's card, from its predictions, its bundle and its data, and show both side by side."""
    from training.families.families import family_of, recompute_of
    from training.measures.predictions.stored import StoredPredictions
    from training.recipe.recomputed import recomputed_card
    from training.registry.manifests import version_at

    recompute_of(model)
    family, kept = family_of(model), StoredPredictions(call.workspace)
    with version_at(call.settings, call.workspace, family.kind, version) as (manifest, folder):
        predictions = kept.read(model, manifest.digest)
        card = recomputed_card(family, call.settings, call.workspace, manifest, folder, predictions)
    file = str(kept.place(model, manifest.digest))
    written = {} if export is None else _exported(call, manifest, export)
    return _outcome(manifest, predictions, card, {"file": file, **written})


def _exported(call: Call, manifest: Manifest[Any], path: Path) -> dict[str, Any]:
    from serving.exports.predictions import export_predictions

    write_down(call, "evaluate --export")
    written = export_predictions(call.workspace, manifest.name, manifest.digest, path)
    return {"exported": written.file, "unnamed_rows": written.unnamed}


def _outcome(
    manifest: Manifest[Any],
    predictions: Predictions,
    card: RecomputedCard,
    files: dict[str, Any],
) -> Outcome:
    figures = card.figures
    others = [figure for figure in figures if not figure.agrees]
    same = len(figures) - len(others)
    said = (
        f"{manifest.title}, version {manifest.version}: {same:,} of {len(figures):,} figures of its card come out the same "
        f"from {predictions.rows:,} rows of predictions"
    )
    gone = predictions.rows_gone
    if gone:
        said += (
            f"; {gone:,} rows are gone since, with customers who were erased or are in the store no more, "
            "so that figures may differ"
        )
    lines = [f"  The predictions: {files['file']}", *_left_out(card.left_out)]
    if "exported" in files:
        lines.append(
            f"  Written to {files['exported']}; {files['unnamed_rows']:,} rows name nobody, for their customers "
            "objected or are in the store no more"
        )
    return Outcome(
        said=said,
        data={
            "model": manifest.name,
            "title": manifest.title,
            "version": manifest.version,
            "digest": manifest.digest,
            "rows": predictions.rows,
            "rows_gone": gone,
            "differ": len(others),
            "figures": [_plain(figure) for figure in figures],
            "left_out": [asdict(one) for one in card.left_out],
            **files,
        },
        tables=list(_tables(manifest.title, figures)),
        lines=lines,
        exit_code=1 if others and not gone else 0,
    )


def _left_out(parts: Sequence[UncheckedPart]) -> Iterator[str]:
    """What was not recomputed, in a line for each reason."""
    by_reason: dict[str, list[UncheckedPart]] = {}
    for part in parts:
        by_reason.setdefault(part.why, []).append(part)
    for why, found in by_reason.items():
        named = ", ".join(f"{one.place} ({one.figures:,})" for one in found)
        yield f"  Not recomputed: {named}, because {why}"


def _plain(figure: ComparedFigure) -> dict[str, Any]:
    return {
        "figure": ".".join(figure.place),
        "on_card": figure.on_card,
        "recomputed": figure.recomputed,
        "agrees": figure.agrees,
    }


def _tables(title: str, figures: Sequence[ComparedFigure]) -> Iterator[Table]:
    """What ships figure by figure, each rung in a line, and whatever differs in any of them."""
    head = ("figure", "on the card", "found once more", "")
    # The rung that ships stands in the ladder once more.
    mine = [figure for figure in figures if figure.place[0] != _LADDER]
    yield Table(title, head, [_row(figure, figure.place[1:] or figure.place) for figure in mine])
    rungs: dict[str, list[ComparedFigure]] = {}
    for figure in figures:
        if figure.place[0] == _LADDER:
            rungs.setdefault(figure.place[1], []).append(figure)
    yield Table(
        "The ladder",
        ("rung", "figures", "the same", *head[1:]),
        [_rung(name, found) for name, found in rungs.items()],
    )
    others = [figure for found in rungs.values() for figure in found if not figure.agrees]
    if others:
        rows = [_row(figure, figure.place[1:]) for figure in others]
        yield Table("What differs in the ladder", head, rows)


def _row(figure: ComparedFigure, place: Sequence[str]) -> tuple[str, str, str, str]:
    return " · ".join(place), _cell(figure.on_card), _cell(figure.recomputed), _mark(figure)


def _rung(name: str, figures: Sequence[ComparedFigure]) -> tuple[str, ...]:
    """A rung by how many of its figures are the same, and by the one that rungs are chosen by."""
    first = next(figure for figure in figures if figure.place[-1] in _CHOSEN_BY)
    same = sum(figure.agrees for figure in figures)
    _, on_card, recomputed, mark = _row(first, first.place)
    return name, f"{len(figures)}", f"{same}", f"{first.place[-1]} {on_card}", recomputed, mark


def _mark(figure: ComparedFigure) -> str:
    if figure.agrees:
        return "✓"
    return "differs" if figure.difference is None else f"differs by {figure.difference:.1g}"


def _cell(figure: Any) -> str:
    if figure is None:
        return "–"
    if isinstance(figure, float):
        return f"{figure:.8g}"
    text = str(figure)
    return text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]}…"
