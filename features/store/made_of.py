"""What the rows of a store depend on beside their files, as names to compare: equal names, equal rows."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from features.checks.merges import NO_MERGES, Merges
from features.company.erased import Tombstones
from features.company.settings.reading import Settings
from features.sources.connection import database_version, fingerprint
from features.store.month_files import DescribingColumn
from features.store.origins import joined_files, plain
from features.store.store import SCHEMA
from features.vocabulary.errors import RegularsError
from features.vocabulary.tables import CUSTOMER_ID, CUSTOMERS, IDENTITIES, TABLES


@dataclasses.dataclass(frozen=True)
class MadeOf:
    """Names tables and whole stores by the settings, the erased and the merged they are made with."""

    settings: Settings
    erased: Tombstones

    def table(
        self,
        name: str,
        describing: Sequence[DescribingColumn] = (),
        people: Merges = NO_MERGES,
    ) -> str:
        """Names what every row of a table depends on beside its file."""
        company = self.settings.company
        has_customers = CUSTOMER_ID in TABLES[name].column_names
        merges = [people.known_as] if people.known_as and has_customers else []
        ceiling = [company.most_ids_a_person] if name == IDENTITIES.name else []
        lawful = sorted(self.settings.fairness.lawful) if name == CUSTOMERS.name else []
        made_of = [
            SCHEMA,
            database_version(),
            company.currency,
            company.ignore_case,
            plain(self.settings.tables[name]),
            [one.stored for one in describing],
            *joined_files(self.settings, name),
            *self.erased.known_as,
            *ceiling,
            *merges,
            *lawful,
        ]
        return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()

    def store(self) -> str:
        """What a store is made from: the mappings and the files' names, sizes and times.

        Empty when a source has no files to look at, such as a database server: then nothing is reused.
        """
        made_of: list[Any] = []
        for name, mapping in sorted(self.settings.tables.items()):
            try:
                files = fingerprint(mapping.source, self.settings.folder)
            except RegularsError:
                return ""
            if files is None:
                return ""
            made_of.append([name, self.table(name), files])
        return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()
