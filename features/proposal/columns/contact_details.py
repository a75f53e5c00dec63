"""Which columns of a file say what people are called and how to write to them, by what companies name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from features.proposal.columns.looking import Look
from features.proposal.columns.names import words_of
from features.vocabulary.tables import CUSTOMER_EMAIL, CUSTOMER_NAME

_GIVEN = frozenset({
    "firstname", "givenname", "forename", "vorname", "prenom", "voornaam", "rufname",
})  # fmt: skip
_FAMILY = frozenset({
    "lastname", "surname", "familyname", "nachname", "familienname", "zuname", "nomdefamille", "apellido",
    "apellidos", "cognome", "sobrenome", "apelido", "achternaam",
})  # fmt: skip
_FULL = frozenset({
    "fullname", "displayname", "customername", "contactname", "clientname", "kundenname", "nomcomplet", "nomclient",
    "nombrecompleto", "nombrecliente", "nomecompleto", "nomecliente", "klantnaam", "volledigenaam",
})  # fmt: skip
# The family name beside a given one, the given beside a family name, and by itself all that one is called.
_NAME = frozenset({"name", "nom", "nombre", "nome", "naam"})
_EMAIL = frozenset({
    "email", "mail", "emailaddress", "mailaddress", "emailadresse", "mailadresse", "customeremail", "contactemail",
    "adresseemail", "adressemail", "courriel", "correo", "correoelectronico", "postaelettronica", "emailadres",
})  # fmt: skip


def contact_details_in(looks: Sequence[Look]) -> Mapping[str, str]:
    """SQL for the name and the e-mail address of people, of those that a file has.

    A name in two columns is put together, the given one first.
    """
    full, name, given, family, email = (
        next((one.sql for one in looks if one.filled and _called(one.name) in names), "")
        for names in (_FULL, _NAME, _GIVEN, _FAMILY, _EMAIL)
    )
    parts = [one for one in (given or name, family or (given and name)) if one]
    in_two = f"concat_ws(' ', {', '.join(parts)})" if len(parts) > 1 else "".join(parts)
    found = {CUSTOMER_NAME: full or in_two, CUSTOMER_EMAIL: email}
    return {column: expression for column, expression in found.items() if expression}


def _called(name: str) -> str:
    """A column's name as one plain word.

    >>> _called("First name"), _called("E-Mail-Adresse"), _called("Prénom")
    ('firstname', 'emailadresse', 'prenom')
    """
    return "".join(words_of(name))
