"""A company's workspace opened for a notebook: every table the commands write as a file, as pandas or as Arrow."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal

from features.company.settings.reading import Settings, load_settings
from features.company.workspace import Workspace
from features.store.store import open_store
from features.vectors.refresh import allowed_cutoffs
from features.vocabulary.errors import UsageRefused, did_you_mean
from features.vocabulary.time import Cutoff
from regulars.call import now_seconds
from regulars.library.columns import CUSTOMER_AT_CUTOFF
from regulars.library.names import NamesInTables
from regulars.library.tables import DescribedTable, Form, Tabular, as_arrow, as_frame
from serving.ledger.administration import made_without_withheld, record_command
from serving.ledger.privacy import Withheld

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from regulars.library.pictures import Picture
    from training.learners.estimators.customers import CustomerSplit
    from training.learners.estimators.forward import ForwardSplit

Instant = str | date | datetime | Cutoff
SETTINGS_FILE, SETTINGS_VARIABLE = "regulars.toml", "REGULARS_SETTINGS"


def open_workspace(
    settings: str | os.PathLike[str] | None = None, *, threads: int = 2
) -> OpenWorkspace[pd.DataFrame]:
    """Open the workspace of a company for a notebook.

    ``settings`` is its ``regulars.toml``, or the folder this lies in; without it the file the environment variable
    ``REGULARS_SETTINGS`` names, else the one in the current folder. Nothing is computed yet. Raises ``SettingsRefused``
    where there is no such file, or it cannot be used as it stands.
    """
    path = Path(settings or os.environ.get(SETTINGS_VARIABLE, SETTINGS_FILE))
    path = path / SETTINGS_FILE if path.is_dir() else path
    read = load_settings(path)
    return OpenWorkspace(path, read, Workspace(read.workspace_folder), threads, as_frame)


@dataclass(frozen=True)
class OpenWorkspace(Generic[Tabular]):
    """The tables of a company, each with its dictionary, which ``describe`` shows.

    Tables about customers at cutoffs are indexed by ``customer_id`` and ``cutoff``, so that they join. Whoever was erased
    stands in none of them. Whoever objected or said no to being scored stands in no table of scores and lists, and in the
    others as ``unnamed-…``, the same in all. Whoever reads people's data is on record (``regulars audit``), as for a
    command that writes a file. An instant is a date, a date with time, or its text; without a zone it is in UTC.
    """

    _path: Path
    _settings: Settings
    _workspace: Workspace
    _threads: int
    _form: Form[Tabular]

    def __repr__(self) -> str:
        return f"OpenWorkspace({str(self._path)!r})"

    @property
    def arrow(self) -> OpenWorkspace[pa.Table]:
        """The same workspace, whose tables are Arrow tables: the index is their first columns."""
        return OpenWorkspace(self._path, self._settings, self._workspace, self._threads, as_arrow)

    def vectors(self, cutoff: Instant | Iterable[Instant] | None = None) -> Tabular:
        """Everybody's behaviour vectors at one cutoff or several; without any, at the end of the data.

        A column a feature of the model in use, or of the standard plan where none is; NaN where it is missing. Raises
        ``UsageRefused`` for a cutoff outside of the data.
        """
        from features.vectors.vectors import build_vectors
        from regulars.library.datasets.labelled import named_rows, plan_entries
        from training.bundles.plans import plan_in_use

        def make(names: NamesInTables) -> DescribedTable:
            store = open_store(self._workspace)
            pack = store.pack()
            wanted = allowed_cutoffs(store, cutoffs_of(cutoff))
            plan = plan_in_use(self._workspace, pack, self._settings.churn).plan
            vectors = build_vectors(pack, plan, wanted, threads=self._threads)
            table = named_rows(vectors, pack, names.of_everybody())
            return DescribedTable.of(_named(table), plan_entries(plan), CUSTOMER_AT_CUTOFF)

        return self._made("vectors", make)

    def dataset(
        self, outcome: str = "churn", cutoffs: Instant | Iterable[Instant] | None = None
    ) -> Tabular:
        """The customers judged at past cutoffs: ``split``, ``outcome``, and a column a feature a model may learn from.

        ``outcome`` is ``churn``, the question of ``[churn]``, or the same about another outcome: ``inactivity``,
        ``overdue``, ``contract``, ``partial`` or ``second_purchase``; ``value`` is what everybody with an order brings over the horizon of
        ``[value]``, in cents. Without ``cutoffs`` the rows are those of a training
        today. ``split`` says what a row is for at the latest test: ``fit``, ``calibration``, ``test``, or ``embargo`` where its
        outcome was not known by then; ``fold 1`` to ``fold 5`` where too little time or too few outcomes leave a test on
        other customers alone. Raises ``UsageRefused`` for an unknown outcome, and for a cutoff whose outcome the data do not
        tell; ``ModelRefused`` as a training would.
        """
        from regulars.library.datasets.outcomes import dataset_table

        def make(names: NamesInTables) -> DescribedTable:
            return dataset_table(
                self._settings,
                self._workspace,
                names,
                outcome,
                cutoffs_of(cutoffs),
                threads=self._threads,
            ).described

        return self._made("dataset", make)

    def splitter(
        self, outcome: str = "churn", by: Literal["cutoff", "customer"] = "cutoff", tests: int = 3
    ) -> ForwardSplit | CustomerSplit:
        """A scikit-learn ``cv`` object for the rows of ``dataset``: forward ``by`` cutoff, or by ``customer``.

        Forward it waits for the horizon and the gap of the outcome. Its latest test is the part ``test`` of the dataset: leave
        these rows out while you choose.
        """
        from regulars.library.datasets.outcomes import churn_settings
        from regulars.library.datasets.value import VALUE, value_origins
        from training.learners.estimators.customers import CustomerSplit
        from training.learners.estimators.forward import ForwardSplit
        from training.questions.kinds import question_of

        if by not in ("cutoff", "customer"):
            raise UsageRefused(
                expected="a split by cutoff or by customer",
                found=repr(by),
                remedy=did_you_mean(str(by), ["cutoff", "customer"]),
            )
        if outcome == VALUE:
            origins, _ = value_origins(self._settings, open_store(self._workspace).pack())
            known_after, gap_days = origins.horizon.days, origins.horizon.gap_days
        else:
            question = question_of(churn_settings(self._settings, outcome))
            known_after = question.horizon_days + question.settling_days
            gap_days = question.gap_days
        if by == "customer":
            return CustomerSplit()
        return ForwardSplit(known_after, gap_days, tests)

    def predictions(self, run: str | int | None = None, *, model: str = "churn") -> Tabular:
        """What every rung of a training answered at its tests, of rows it had not seen, with what came of them.

        ``run`` is the MLflow run or the version of the model; without it the model in use, or the latest where none is.
        ``model`` is ``churn``, ``value`` or ``offers``. Raises ``ModelRefused`` where there is no such model, and
        ``WorkspaceRefused`` where its predictions are not kept any more.
        """
        from regulars.library.columns import of_predictions
        from regulars.library.predictions import predictions_table

        def make(names: NamesInTables, withheld: Withheld) -> DescribedTable:
            table = predictions_table(self._settings, self._workspace, model, run, withheld)
            return DescribedTable.of(table, of_predictions(table.column_names), CUSTOMER_AT_CUTOFF)

        return self._made_of("predictions", make)

    def plots(self, run: str | int | None = None, *, model: str = "churn") -> dict[str, Picture]:
        """The pictures a training drew, by name: a notebook shows one that is the last of its cell, and its ``png`` has the bytes.

        ``run`` is the MLflow run or the version of the model; without it the model in use, or the latest where none is.
        ``model`` is ``churn``, ``value``, ``segments``, ``offers`` or ``recommendations``. They show no customer by name. Raises
        ``ModelRefused`` where there is no such model.
        """
        from regulars.library.pictures import pictures_of

        return pictures_of(self._settings, self._workspace, model, run)

    def compare(self, *names: str, resamples: int = 0) -> Tabular:
        """Experiments that were run, or rungs of them as ``NAME/RUNG``, against the first, on the rows that all of them answered.

        A line a figure, cutoff and side: the figure of the first and of the side, their difference and the ends of its 95 %
        interval, by customers drawn anew ``resamples`` times (0 for as many as the first declares). It has no row of any customer. Raises
        ``UsageRefused`` for an experiment that was never run, and where they share no rows or were asked different questions.
        """
        from regulars.library.comparisons import comparison_table

        return self._form(comparison_table(self._workspace, names, resamples))

    def scores(self, *, language: str = "") -> Tabular:
        """Everybody's risk with worded reasons, the riskiest first, as `regulars export` writes it.

        Indexed by ``customer_id``. ``language`` is that of the reasons, instead of what the settings say. Raises
        ``WorkspaceRefused`` before `regulars score`.
        """
        from regulars.library.columns import SCORES
        from serving.exports.reasons import reasons_table
        from training.reasons.languages.known import language_of

        company = self._settings.company
        words = language_of(language or company.language)

        def make(names: NamesInTables, withheld: Withheld) -> DescribedTable:
            table = reasons_table(self._workspace, words, withheld, currency=company.currency)
            return DescribedTable.of(table, SCORES, ("customer_id",))

        return self._made_of("scores", make)

    def items(
        self,
        *,
        count: int = 10,
        use_case: str = "basket",
        language: str = "",
        new_share: float | None = None,
    ) -> Tabular:
        """Everybody's list of items, a line an item, with what each reason group adds, as `regulars recommend` writes it.

        ``count`` items a list at most; ``use_case`` is ``basket``, ``coupon``, ``replenishment`` or ``discovery``.
        ``new_share`` is how much of all lists together is new, instead of the use case's own share. Raises
        ``WorkspaceRefused`` before `regulars train recommendations`.
        """
        from regulars.library.columns import items_dictionary
        from regulars.scoring import scorer_in_use
        from serving.items.all_customers import lists_table, wishes_for
        from training.reasons.languages.known import language_of

        settings = self._settings
        words = language_of(language or settings.company.language).code

        def make(names: NamesInTables, withheld: Withheld) -> DescribedTable:
            table = lists_table(
                self._workspace,
                wishes_for(count, use_case, new_share=new_share),
                withheld,
                language=words,
                threads=self._threads,
                never=settings.recommendations.without,
                scorer=scorer_in_use(settings, self._workspace),
            )
            return DescribedTable.of(table, items_dictionary(table.column_names))

        return self._made_of("items", make)

    def decisions(self, of: Literal["scores", "offers"] = "scores") -> Tabular:
        """Every answer the service gave and still has on record, oldest first: scores, or offers with their chance.

        Empty where nothing was asked yet.
        """
        from regulars.library.decisions import decisions_table

        return self._made("decisions", lambda names: decisions_table(self._workspace, of, names))

    def truth(self, cutoff: Instant | Iterable[Instant] | None = None) -> Tabular:
        """What is true of the customers of a simulated company: the exact chance of no order, and who has really left.

        Over the horizon of ``[churn]``, at one cutoff or several; without any, at the end of the data. Of a real company
        nobody knows it: raises ``UsageRefused``, as for a cutoff that is no midnight of the simulated calendar.
        """
        from regulars.library.truth import truth_table

        def make(names: NamesInTables) -> DescribedTable:
            wanted = allowed_cutoffs(open_store(self._workspace), cutoffs_of(cutoff))
            return truth_table(self._path.parent, self._settings.churn.horizon, wanted, names)

        return self._made("truth", make)

    def _made(self, what: str, make: Callable[[NamesInTables], DescribedTable]) -> Tabular:
        return self._made_of(what, lambda names, _: make(names))

    def _made_of(
        self, what: str, make: Callable[[NamesInTables, Withheld], DescribedTable]
    ) -> Tabular:
        """A table without whoever is withheld, made anew where somebody demands it meanwhile; on record before."""
        # Without a store there is nobody to read of, and no ledger to begin.
        open_store(self._workspace)
        record_command(self._workspace, f"open_workspace().{what}()", at=now_seconds())

        def made(withheld: Withheld, check: Callable[[], None]) -> DescribedTable:
            table = make(NamesInTables.of(self._workspace, withheld), withheld)
            check()
            return table

        return self._form(made_without_withheld(self._workspace, made))


def cutoffs_of(instants: Instant | Iterable[Instant] | None) -> list[Cutoff]:
    """One instant or several as cutoffs; none where nothing is given."""
    if instants is None:
        return []
    several = [instants] if isinstance(instants, Instant) else instants
    return [_cutoff_of(one) for one in several]


def _cutoff_of(instant: Any) -> Cutoff:
    if isinstance(instant, Cutoff):
        return instant
    if isinstance(instant, date):
        return Cutoff.at(instant)
    return Cutoff.parse(str(instant))


def _named(table: Any) -> Any:
    """The rows of those who have a name."""
    from pyarrow import compute

    return table.filter(compute.is_valid(table["customer_id"]))
