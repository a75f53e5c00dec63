"""A comparison of experiments as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from experiments.comparisons.comparison import compare_experiments
from features.company.workspace import Workspace
from regulars.library.tables import DescribedTable, Entry

_COLUMNS: Mapping[str, Entry] = {
    "figure": {
        "unit": "text",
        "meaning": "auc, log_loss, brier, what a list finds (list_found) or brings (list_profit_cents)",
    },
    "where": {"unit": "text", "meaning": "the cutoff, or all cutoffs, of which it is the mean"},
    "base": {"unit": "text", "meaning": "the experiment the others are held against"},
    "side": {"unit": "text", "meaning": "the experiment that is held against it"},
    "base_value": {"unit": "", "meaning": "the figure of the first"},
    "value": {"unit": "", "meaning": "the figure of the side"},
    "difference": {"unit": "", "meaning": "how much more the side's is"},
    "low": {"unit": "", "meaning": "the lower end of the difference's 95 % interval"},
    "high": {"unit": "", "meaning": "its upper end"},
}


def comparison_table(workspace: Workspace, names: Sequence[str], resamples: int) -> DescribedTable:
    """The differences of experiments against the first, a line a figure, cutoff and side."""
    import pyarrow as pa

    found = compare_experiments(names, workspace, resamples=resamples)
    table = pa.Table.from_pylist([one.as_dict() for one in found.figures])
    return DescribedTable.of(table.select(list(_COLUMNS)), _COLUMNS)
