"""The door to Spark: a session, a table of its catalog, and a folder replaced in one step."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from features.vocabulary.errors import DataRefused, UsageRefused

DataFrame = Any
SparkSession = Any
_CONNECT_SECONDS = 5
_STANDALONE = "spark://"


def local_session(master: str = "local[2]", **settings: str) -> SparkSession:
    """A session on this machine, or on a cluster by its address; further Spark settings by name.

    Raises ``UsageRefused`` when pyspark or Java is not installed and when nobody answers at the address.
    """
    try:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession as Session
    except ImportError:
        raise UsageRefused(
            expected="pyspark for vectors on Spark",
            found="none installed",
            remedy="Install the extra: pip install 'regulars[spark]'.",
        ) from None
    _refuse_without_java()
    _refuse_unreachable(master)
    builder = (
        Session.builder.master(master)
        .appName("regulars")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "65536")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.log.level", "ERROR")
    )
    if master.startswith("local"):
        # The workers are to be this very interpreter; Spark hears of it by the environment alone.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except (Py4JError, PySparkException, ValueError) as fault:
        raise UsageRefused(
            expected=f"a Spark session at the master {master}",
            found=_sentence(fault),
            remedy="Give --master as Spark writes it: local[2], spark://host:7077, yarn.",
        ) from None


def catalog_table(session: SparkSession, name: str) -> DataFrame:
    """A table of the catalog; ``DataRefused`` when it holds none of that name."""
    from pyspark.errors import PySparkException

    try:
        return session.table(name)
    except PySparkException as fault:
        raise DataRefused(
            expected=f"a table {name} in Spark's catalog",
            found=fault.getCondition() or type(fault).__name__,
            remedy="Name it as `spark.table` would take it, such as crm.purchases.",
        ) from None


@contextmanager
def replacing(session: SparkSession, target: str) -> Iterator[str]:
    """Write a folder beside its place: yields where, and puts it there when the block succeeds.

    Works on whatever file system the address names. What was there before is gone only then.
    """
    context = session.sparkContext
    path = context._jvm.org.apache.hadoop.fs.Path
    place = path(target)
    files = place.getFileSystem(context._jsc.hadoopConfiguration())
    beside, before = path(f"{target}.draft"), path(f"{target}.before")
    files.delete(beside, True)
    try:
        yield beside.toString()
        there = files.exists(place)
        if there:
            files.delete(before, True)
            files.rename(place, before)
        # Hadoop answers False rather than raise.
        if not files.rename(beside, place):
            if there:
                files.rename(before, place)
            raise UsageRefused(
                expected="a place the vectors can be written to",
                found=f"nothing could be renamed to {target}",
                remedy="Look at the rights of its folder, or name another.",
            )
        files.delete(before, True)
    finally:
        files.delete(beside, True)


def _refuse_without_java() -> None:
    home = os.environ.get("JAVA_HOME")
    there = (Path(home) / "bin" / "java").exists() if home else shutil.which("java") is not None
    if not there:
        raise UsageRefused(
            expected="Java 17 or newer for Spark",
            found="none in JAVA_HOME" if home else "none on the PATH",
            remedy="Install a Java runtime, such as the package openjdk-17-jre-headless.",
        )


def _refuse_unreachable(master: str) -> None:
    """Ask a standalone master whether it is there: Spark itself would try for a minute."""
    if not master.startswith(_STANDALONE):
        return
    for address in master.removeprefix(_STANDALONE).split(","):
        host, _, port = address.partition(":")
        try:
            with socket.create_connection((host, int(port or 7077)), timeout=_CONNECT_SECONDS):
                return
        except (OSError, ValueError):
            continue
    raise UsageRefused(
        expected=f"a Spark master at {master}",
        found="nobody who answers there",
        remedy="Check the address and that the cluster is up, or take --master 'local[2]'.",
    )


def _sentence(fault: Exception) -> str:
    """What Spark says in its first lines, without its stack."""
    inner = getattr(fault, "java_exception", None)
    text = str(inner.getMessage() if inner is not None else fault)
    return text.strip().splitlines()[0].rstrip(".") if text.strip() else type(fault).__name__


def with_instant(vectors: DataFrame, name: str) -> DataFrame:
    """Vectors whose cutoff is a UTC instant instead of seconds."""
    from pyspark.sql import functions as sql

    features = [f"`{one}`" for one in vectors.columns[2:]]
    instant = sql.timestamp_seconds(vectors.columns[1]).alias(name)
    return vectors.select(vectors.columns[0], instant, *features)
