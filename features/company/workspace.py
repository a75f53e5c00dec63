"""The one folder all state lives in, and the one way anything is published into it.

Whatever a reader may open is a *generation*: a folder written beside the last one with the digests of all its
files, flushed, renamed into place and then named by a small ``CURRENT`` file that is replaced in one step. A
reader sees the old generation or the new one and never a part; a writer killed at any moment leaves a draft
behind that the next writer removes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from features.company.block_digests import write_digests
from features.vocabulary.errors import WorkspaceRefused

CURRENT = "CURRENT"
TOMBSTONES = "erased.db"
JOBS = "jobs"
SPREADSHEETS = "spreadsheets"
_DRAFT = ".draft"


class Generations:
    """A folder of numbered generations of which one is current.

    ``shared`` are folders of other generations whose files stand in these by a second name.
    """

    def __init__(self, folder: Path, *, keep: int = 2, shared: Sequence[Path] = ()) -> None:
        self.folder = folder
        self.keep = keep
        self.shared = tuple(shared)

    def keeping(self, keep: int) -> Generations:
        """The same folder, of which so many generations are kept."""
        return Generations(self.folder, keep=keep, shared=self.shared)

    @property
    def current(self) -> Path | None:
        """The generation readers should open, or None when nothing was published yet."""
        try:
            name = (self.folder / CURRENT).read_text(encoding="utf-8", errors="replace").strip()
        except FileNotFoundError:
            return None
        # A pointer that was cut or damaged names nothing.
        return next((one for one in self.named() if one.name == name), None)

    @property
    def is_begun(self) -> bool:
        """Whether anything was ever published, though it may be lost."""
        return (self.folder / CURRENT).exists() or bool(self.named())

    def named(self) -> list[Path]:
        """All complete generations, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(one for one in self.folder.iterdir() if one.name.startswith("g"))

    def unfinished(self) -> list[Path]:
        """What a run at work, or one that was killed, has written and not published."""
        if not self.folder.is_dir():
            return []
        return sorted(
            one for one in self.folder.iterdir() if one.name.startswith(".") and one.is_dir()
        )

    @contextmanager
    def draft(self, *, is_current: bool = True) -> Iterator[Path]:
        """Write the next generation: yields an empty folder, published when the block succeeds.

        Without ``is_current`` nobody is pointed at it: it lies beside the current one, complete, until somebody
        is. An exception inside the block removes the draft and leaves the current generation
        in place.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.folder / _DRAFT
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        try:
            yield draft
            older = [
                *self.named(),
                *(one for two in self.shared for one in Generations(two).named()),
            ]
            numbers = [int(one.name[1:].partition("-")[0]) for one in self.named()]
            number = max(numbers, default=0) + 1
            generation = self.folder / f"g{number:06d}-{write_digests(draft, older)}"
            _flush(draft)
            draft.rename(generation)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        if is_current:
            self.point_at(generation)
            self._forget_old(generation)

    def point_at(self, generation: Path) -> None:
        """Make a complete generation the current one, in one step."""
        point_at(self.folder / CURRENT, generation.name)

    def keep_current_alone(self) -> None:
        """Delete every generation but the current one, and whatever was never published.

        Only for the holder of ``Workspace.writing``: a run at work would lose what it is writing.
        """
        current = self.current
        for one in [*self.named(), *self.unfinished()]:
            if one != current:
                shutil.rmtree(one, ignore_errors=True)

    def _forget_old(self, current: Path) -> None:
        older = [one for one in self.named() if one.name < current.name]
        for one in older[: max(0, len(older) - (self.keep - 1))]:
            shutil.rmtree(one, ignore_errors=True)


def point_at(pointer: Path, name: str) -> None:
    """Replace a pointer file's content so that a reader sees the old name or the new one."""
    write_whole(pointer, name + "\n")


def pointing(pointer: Path, name: str) -> AbstractContextManager[None]:
    """Point at another name once the block has ended; what needs room on the disk is written before it begins."""
    return _replacing(pointer, name + "\n")


def write_whole(path: Path, text: str) -> None:
    """Replace a file's text so that a reader sees the old or the new one, after a power cut as well."""
    with _replacing(path, text):
        pass


@contextmanager
def _replacing(path: Path, text: str) -> Iterator[None]:
    beside = path.with_name(path.name + ".new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    yield
    beside.replace(path)
    _flush_folder(path.parent)


def _flush(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Workspace:
    """The folder named in ``regulars.toml``: where each kind of state lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def store(self) -> Generations:
        """The checked and sorted tables with their column pack."""
        return Generations(self.folder / "store")

    @property
    def vectors(self) -> Generations:
        """The behaviour vectors of all customers at the latest cutoff."""
        return Generations(self.folder / "vectors")

    @property
    def scores(self) -> Generations:
        """The scores of all customers, with their reasons."""
        return Generations(self.folder / "scores", shared=[self.vectors.folder])

    @property
    def bundles(self) -> Path:
        """Model bundles, one folder a model name: ``bundles/churn/<digest>`` and ``CURRENT``."""
        return self.folder / "bundles"

    @property
    def ledger(self) -> Path:
        """The service's own database: keys, sign-ins and decisions."""
        return self.folder / "ledger.db"

    @property
    def erased(self) -> Path:
        """The unreadable names of erased customers, so that no ingest brings them back."""
        return self.folder / TOMBSTONES

    @property
    def jobs(self) -> Path:
        """Whom jobs ask about and what they were answered, one folder a job, for a day."""
        return self.folder / JOBS

    @property
    def spreadsheets(self) -> Path:
        """Workbooks on their way to a browser, a folder each; empty but for those that are being made."""
        return self.folder / SPREADSHEETS

    @property
    def figures(self) -> Path:
        """What the processes of a running service count, one folder a port; emptied at every start."""
        return self.folder / "figures"

    @property
    def nightly(self) -> Path:
        """What each file was made of that the last nights left for other programs."""
        return self.folder / "nightly.json"

    @property
    def retraining(self) -> Path:
        """Until when the data reached that a night learned from last."""
        return self.folder / "retraining.json"

    @property
    def monitoring(self) -> Path:
        """What every look at the inputs, scores and feeds has found, one file a day of the data."""
        return self.folder / "monitoring"

    @property
    def mlflow(self) -> Path:
        """MLflow's database and artifacts, where no other store is named."""
        return self.folder / "mlflow"

    @property
    def experiments(self) -> Path:
        """What came of experiments, a file each; none of them speaks of a single customer."""
        return self.folder / "experiments"

    @property
    def experiment_rows(self) -> Path:
        """Rows of customers that experiments learn from and what was answered of them so far; made again from the store."""
        return self.experiments / "rows"

    def create(self) -> None:
        """Make the folder, readable by its owner alone."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextmanager
    def scratch(self, name: str, *, work: str) -> Iterator[Path]:
        """An empty folder for one piece of work at a time, removed at its end; a second one is refused at once.

        What a killed predecessor left in it is cleared first.
        """
        folder = self.folder / f".{name}"
        with self._held(f".{name}.lock", work):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the workspace for writing; a second writer is refused at once rather than kept waiting."""
        with self._held(".lock", "writing to the workspace"):
            yield

    @contextmanager
    def night(self) -> Iterator[None]:
        """Hold the workspace for one nightly run; a second one is refused at once, and told who is at it.

        Steps of the run hold it for writing by themselves, one after the other.
        """
        with self._held(".night.lock", "doing the work of a night"):
            yield

    @contextmanager
    def _held(self, name: str, work: str) -> Iterator[None]:
        self.create()
        # The system lets go of the lock with the process that holds it, however that ends.
        lock, holder = FileLock(self.folder / name, timeout=0), self.folder / f"{name}.holder"
        try:
            lock.acquire()
        except Timeout:
            raise WorkspaceRefused(
                expected=f"nobody else {work}",
                found=_holder(holder),
                remedy="Wait for it to finish, then run this again.",
            ) from None
        try:
            holder.write_text(str(os.getpid()), encoding="ascii")
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()


def _holder(path: Path) -> str:
    """Who holds a lock and since when, as the holder has written beside it."""
    try:
        since = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return f"process {int(path.read_text(encoding='ascii'))} at it since {since:%Y-%m-%d %H:%M} UTC"
    except (OSError, ValueError):
        return "another regulars command at it"
