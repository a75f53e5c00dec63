"""What tills and shops write for a customer where they know none: guest, Laufkundschaft, cliente final, 0, 99999.

Some words stand for nobody wherever they are. Others may be a name or a number of somebody, such as Bar or 0,
and stand for nobody where they have far more orders than customers have.
"""

from __future__ import annotations

import re
from enum import Enum

from features.vocabulary.words import folded

WORD_TIMES, ANYBODY_TIMES, LARGE_TIMES = 2, 4, 3
"""How many times the orders of nine customers in ten are far more than customers have.

Of a word that may stand for nobody, of anybody, and of anybody with a large share of all orders.
"""
FEWEST_ORDERS, FEWEST_CUSTOMERS = 10, 10
"""Of fewer orders, or among fewer customers, nothing is said."""

_ALWAYS = (
    "guest, guests, guest user, guest customer, guest checkout, guest order, anonymous, anonymous user, "
    "anonymous customer, anon, walk in, walk in customer, walkin, walkin customer, walk in client, "
    "cash customer, cash sale, cash sales, counter sale, counter sales, counter customer, retail customer, "
    "casual customer, one time customer, pos customer, default customer, no customer, not registered, "
    "unregistered, unknown, unknown customer, n a, not available, not applicable, "
    "missing, no name, noname, nobody, -1, "
    "gastkunde, gastbestellung, als gast, laufkunde, laufkundschaft, barverkauf, barverkaeufe, barkunde, "
    "barzahler, kassenverkauf, thekenverkauf, anonym, anonymer kunde, unbekannt, unbekannter kunde, "
    "ohne kunde, kein kunde, ohne angabe, k a, nicht angegeben, diverse kunden, kunde unbekannt, "
    "einmalkunde, standardkunde, cpd, conto pro diverse, "
    "invite, client invite, client de passage, client comptoir, vente comptoir, client anonyme, "
    "anonyme, inconnu, client inconnu, client divers, clients divers, non renseigne, sans client, "
    "particulier anonyme, "
    "invitado, cliente invitado, cliente de paso, cliente mostrador, venta mostrador, "
    "publico general, publico en general, cliente final, consumidor final, cliente generico, "
    "cliente contado, cliente ocasional, clientes varios, anonimo, cliente anonimo, desconocido, "
    "sin cliente, sin nombre, "
    "ospite, cliente ospite, cliente di passaggio, cliente occasionale, cliente banco, vendita al banco, "
    "consumatore finale, sconosciuto, senza cliente, clienti vari, "
    "convidado, cliente balcao, venda balcao, cliente nao identificado, "
    "nao identificado, consumidor nao identificado, cliente avulso, desconhecido, sem cliente, "
    "cliente padrao, "
    "gastklant, passanten, losse verkoop, contante klant, contante verkoop, baliekassa, anoniem, "
    "onbekend, onbekende klant, geen klant"
)
_WITH_MANY_ORDERS = (
    "passage, mostrador, balcao, visitante, passant, gast, gaste, gaeste, bar, diverse, divers, diversi, various, cash, counter, till, pos, kasse, theke, "
    "comptoir, caisse, caja, cassa, caixa, kassa, balie, banco, contado, contant, test, default, customer, "
    "client, kunde, klant, cliente, x, xx, xxx, tbd, no, misc, none, undefined"
)
_NUMBERS = re.compile(r"0+|9{3,}")
_MAIL_ALWAYS = frozenset({"guest", "anonymous", "anonym", "unknown", "invite", "invitado"})
_MAIL_WITH_MANY_ORDERS = frozenset(
    {"noreply", "donotreply", "noemail", "nomail", "pos", "kasse", "caisse", "till", "none"}
)  # fmt: skip
ALWAYS = frozenset(_ALWAYS.split(", "))
"""What stands for nobody wherever it is, without capitals and accents."""
WITH_MANY_ORDERS = frozenset(_WITH_MANY_ORDERS.split(", "))
"""What stands for nobody where it has far more orders than customers have."""


class PlaceholderCertainty(Enum):
    """How sure it is that a customer's number stands for nobody."""

    ALWAYS = "always"
    WITH_MANY_ORDERS = "with many orders"
    NEVER = "never"


def placeholder_certainty(customer: str) -> PlaceholderCertainty:
    """Whether a customer's number is a word for nobody.

    >>> placeholder_certainty("Walk-in Customer").value, placeholder_certainty("0").value
    ('always', 'with many orders')
    >>> placeholder_certainty("C108").value, placeholder_certainty("N/A").value
    ('never', 'always')
    """
    written = customer.strip()
    local, at, _ = written.partition("@")
    if at:
        plain = re.sub(r"[^a-z]", "", local.lower())
        if plain in _MAIL_ALWAYS:
            return PlaceholderCertainty.ALWAYS
        return (
            PlaceholderCertainty.WITH_MANY_ORDERS
            if plain in _MAIL_WITH_MANY_ORDERS
            else PlaceholderCertainty.NEVER
        )
    word = folded(written)
    if word in ALWAYS:
        return PlaceholderCertainty.ALWAYS
    if word in WITH_MANY_ORDERS or _NUMBERS.fullmatch(word.removesuffix(".0")):
        return PlaceholderCertainty.WITH_MANY_ORDERS
    return PlaceholderCertainty.NEVER


def has_far_more(orders: int, ninth_decile: int, customers: int, times: int = WORD_TIMES) -> bool:
    """Whether somebody has far more orders than the customers have, of whom nine in ten have no more than said.

    >>> has_far_more(21, 10, 10), has_far_more(20, 10, 10), has_far_more(21, 10, 9), has_far_more(9, 1, 50)
    (True, False, False, False)
    """
    is_judged = orders >= FEWEST_ORDERS and customers >= FEWEST_CUSTOMERS
    return is_judged and orders > times * ninth_decile
