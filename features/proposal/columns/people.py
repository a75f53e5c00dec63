"""Who a customer can be where no column numbers them: an e-mail address, a phone number, a bank account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from features.proposal.columns.looking import Look
from features.proposal.columns.names import words_of
from features.sources.attachment import Source
from features.sources.connection import Connection, literal, quoted
from features.vocabulary.identifiers import tidied_sql

_MOST = 0.9


@dataclass(frozen=True)
class _Kind:
    """One kind of thing that tells people apart: the words of its name and what its values look like."""

    words: frozenset[str]
    pattern: str
    what: str
    expression: str
    is_sure: bool = True


_KINDS = (
    _Kind(
        frozenset({"email", "mail", "emailadresse", "courriel", "correo", "mailadresse"}),
        "^[^@ ]+@[^@ ]+[.][^@ ]+$",
        "e-mail addresses: in small letters each counts as one customer",
        "lower(trim({}))",
    ),
    _Kind(
        frozenset({"phone", "telefon", "telephone", "tel", "mobile", "handy", "telefono", "telefone",
                   "telefoon", "portable", "movil"}),
        "^[+0-9 ()/.-]{6,}$",
        "phone numbers: without blanks and signs each counts as one customer",
        "regexp_replace(CAST({} AS VARCHAR), '[^0-9]', '', 'g')",
    ),
    _Kind(
        frozenset({"iban", "kontonummer", "konto", "rekening", "tegenrekening", "gegenkonto"}),
        "^[A-Za-z]{2}[0-9]{2}[A-Za-z0-9 ]{8,}$|^[0-9 ]{5,}$",
        "bank accounts: each counts as one customer",
        "upper(replace(CAST({} AS VARCHAR), ' ', ''))",
    ),
    _Kind(
        frozenset({"fingerprint", "card", "karte", "carte", "tarjeta", "kaart"}),
        "^[A-Za-z0-9_*-]{6,}$",
        "numbers of payment cards: each counts as one customer",
        "trim(CAST({} AS VARCHAR))",
    ),
    _Kind(
        frozenset({"name", "kunde", "kundenname", "nachname", "company", "firma", "client", "cliente",
                   "beguenstigter", "zahlungspflichtiger", "auftraggeber", "empfaenger", "payer",
                   "payee", "nom", "nombre", "nome", "naam", "naamtegenpartij", "customer"}),
        ".*[A-Za-z].*",
        "names of people or companies, which two may share and one may write in two ways",
        "lower(trim({}))",
        is_sure=False,
    ),
)  # fmt: skip
_OTHER_NAMES = frozenset({
    "item", "lineitem", "product", "produkt", "artikel", "article", "shipping", "ship", "discount",
    "tax", "payment", "terms", "store", "shop", "plan", "method", "deal", "campaign", "file", "province",
    "brand", "last4", "exp", "funding", "type", "note", "group", "description", "category", "merchant",
})  # fmt: skip
_PREFERRED = ("customer", "kunde", "billing", "bill", "buyer", "payer", "client", "user", "contact")


@dataclass(frozen=True)
class Person:
    """A column that tells people apart: how to read it, what its values are, and whether to take it."""

    look: Look
    expression: str
    reason: str
    is_sure: bool


def people_in(connection: Connection, source: Source, looks: Sequence[Look]) -> list[Person]:
    """The columns that tell people apart though they number nobody, the most telling first."""
    found: list[Person] = []
    for kind in _KINDS:
        fitting = [look for look in looks if _is_of(connection, source, look, kind)]
        for look in sorted(fitting, key=lambda one: (_place(one), -one.filled)):
            if all(person.look.name != look.name for person in found):
                missing = f", missing on {look.missing:,}" if look.missing else ""
                reason = f"no column numbers the customers; {kind.what}; {look.distinct:,} different{missing}"
                found.append(Person(look, kind.expression.format(look.sql), reason, kind.is_sure))
    return found


def as_mail(connection: Connection, source: Source, look: Look) -> str:
    """The expression for a column of e-mail addresses, which capitals do not tell apart; empty for others."""
    mail = _KINDS[0]
    if look.type != "VARCHAR" or not look.filled:
        return ""
    return mail.expression.format(look.sql) if _fits(connection, source, look, mail) else ""


def _place(look: Look) -> int:
    words = words_of(look.name)
    if "shipping" in words or "ship" in words:
        return len(_PREFERRED) + 1
    return min((at for at, word in enumerate(_PREFERRED) if word in words), default=len(_PREFERRED))


def _is_of(connection: Connection, source: Source, look: Look, kind: _Kind) -> bool:
    words = set(words_of(look.name))
    squeezed = {"".join(words_of(look.name))} | words
    if not kind.words & squeezed and not ("e" in words and "mail" in words):
        return False
    if look.distinct < 2 or not look.filled or look.as_instant_only:
        return False
    if kind.what.startswith("names") and (words & _OTHER_NAMES or look.type != "VARCHAR"):
        return False
    if "@" not in kind.pattern and words & (_OTHER_NAMES - {"shipping", "ship"}):
        return False
    return _fits(connection, source, look, kind)


def _fits(connection: Connection, source: Source, look: Look, kind: _Kind) -> bool:
    fitting = connection.execute(f"""
        SELECT count(*) FROM {source.relation}
        WHERE regexp_matches({tidied_sql(f"CAST({quoted(look.name)} AS VARCHAR)")}, {literal(kind.pattern)})
    """).fetchall()[0][0]
    return bool(fitting >= _MOST * look.filled)
