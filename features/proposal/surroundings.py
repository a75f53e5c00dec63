"""What surrounds the rows: currency and time zone, guessed, and the horizon, from the customers' gaps."""

from __future__ import annotations

from dataclasses import dataclass

from features.lifecycle.horizons import horizon_for, note_on_paces
from features.proposal.amounts.currencies import CurrencyColumn
from features.proposal.columns.looking import Look
from features.proposal.columns.names import words_of
from features.sources.attachment import Source
from features.sources.connection import Connection, quoted

FALLBACK_DAYS = 90
_COUNTRIES = {
    ("united kingdom", "uk", "gb", "great britain", "england"): ("Europe/London", "GBP"),
    ("germany", "deutschland", "de"): ("Europe/Berlin", "EUR"),
    ("austria", "oesterreich", "österreich", "at"): ("Europe/Vienna", "EUR"),
    ("switzerland", "schweiz", "suisse", "ch"): ("Europe/Zurich", "CHF"),
    ("france", "fr"): ("Europe/Paris", "EUR"),
    ("spain", "espana", "españa", "es"): ("Europe/Madrid", "EUR"),
    ("italy", "italia", "it"): ("Europe/Rome", "EUR"),
    ("netherlands", "nederland", "nl"): ("Europe/Amsterdam", "EUR"),
    ("belgium", "belgie", "belgique", "be"): ("Europe/Brussels", "EUR"),
    ("poland", "polska", "pl"): ("Europe/Warsaw", "PLN"),
    ("sweden", "sverige", "se"): ("Europe/Stockholm", "SEK"),
    ("denmark", "danmark", "dk"): ("Europe/Copenhagen", "DKK"),
    ("ireland", "eire", "ie"): ("Europe/Dublin", "EUR"),
    ("portugal", "pt"): ("Europe/Lisbon", "EUR"),
    ("japan", "jp"): ("Asia/Tokyo", "JPY"),
    ("australia", "au"): ("Australia/Sydney", "AUD"),
    ("india", "in"): ("Asia/Kolkata", "INR"),
    ("brazil", "brasil", "br"): ("America/Sao_Paulo", "BRL"),
    ("united states", "usa", "us", "united states of america"): ("America/New_York", "USD"),
}
_LANGUAGES = {
    "German": ("Europe/Berlin", frozenset({
        "kundennummer", "kundennr", "kdnr", "bestelldatum", "kaufdatum", "rechnungsdatum", "datum",
        "belegdatum", "bestellnummer", "bestellnr", "auftragsnummer", "rechnungsnummer", "belegnummer",
        "menge", "anzahl", "stueckzahl", "einzelpreis", "preis", "betrag", "umsatz", "artikelnummer",
        "artikelnr", "bezeichnung", "buchungstag", "waehrung", "kontonummer", "verwendungszweck", "kunde",
        "gesamtpreis", "artikelbezeichnung", "artnr",
    })),
    "French": ("Europe/Paris", frozenset({
        "commande", "client", "montant", "qte", "quantite", "prix", "unitaire", "remise", "etat", "designation",
        "libelle", "facture", "achat", "adresse", "devise", "ttc", "ht",
    })),
    "Spanish": ("Europe/Madrid", frozenset({
        "pedido", "cliente", "fecha", "cantidad", "precio", "importe", "factura", "estado", "descripcion",
        "codigo", "moneda", "unidades", "descuento",
    })),
    "Italian": ("Europe/Rome", frozenset({
        "ordine", "cliente", "quantita", "prezzo", "importo", "fattura", "stato", "descrizione", "codice",
        "articolo", "valuta", "sconto", "acquisto",
    })),
    "Portuguese": ("Europe/Lisbon", frozenset({
        "encomenda", "pedido", "cliente", "quantidade", "qtd", "preco", "valor", "fatura", "descricao", "produto",
        "codigo", "moeda", "desconto",
    })),
    "Dutch": ("Europe/Amsterdam", frozenset({
        "bestelling", "bestelnummer", "klant", "klantnummer", "aantal", "prijs", "bedrag", "besteldatum",
        "factuur", "omschrijving", "artikelcode", "korting", "munt", "stuksprijs",
    })),
}  # fmt: skip
_SIGNS = {"eur": "EUR", "gbp": "GBP", "usd": "USD", "chf": "CHF"}
_SYMBOLS = {"€": "EUR", "£": "GBP", "$": "USD"}


@dataclass(frozen=True)
class Place:
    """Currency and time zone with what speaks for them."""

    currency: str
    timezone: str
    reason: str
    currency_reason: str = ""
    """What the file itself says of the currency; empty where it is guessed as the time zone is."""


def place_of(
    connection: Connection,
    source: Source,
    looks: list[Look],
    region: Look | None,
    currency: CurrencyColumn | None,
) -> Place:
    """Guess currency and time zone from a country column, a currency column, or the names' language."""
    place = _by_country(connection, source, region) or by_language(looks)
    stated = _stated_currency(looks, currency)
    if stated is None:
        return place
    code, reason = stated
    return Place(code, place.timezone, place.reason, reason)


def _by_country(connection: Connection, source: Source, region: Look | None) -> Place | None:
    if region is None:
        return None
    value, rows = _most_frequent(connection, source, region)
    for names, (timezone, currency) in _COUNTRIES.items():
        if value.casefold() in names and rows > region.filled / 2:
            share = rows / region.filled
            reason = f"a guess: {region.name} is {value} on {share:.0%} of the rows"
            return Place(currency, timezone, reason)
    return None


def _most_frequent(connection: Connection, source: Source, look: Look) -> tuple[str, int]:
    column = quoted(look.name)
    value, rows = connection.execute(f"""
        SELECT trim(CAST({column} AS VARCHAR)) AS value, count(*) AS times FROM {source.relation}
        WHERE {column} IS NOT NULL GROUP BY value ORDER BY times DESC, value LIMIT 1
    """).fetchall()[0]
    return str(value), int(rows)


def by_language(looks: list[Look]) -> Place:
    """The place that the language of the columns speaks for."""
    words = {
        word for look in looks for word in (*words_of(look.name), "".join(words_of(look.name)))
    }
    spoken = {name: len(words & known) for name, (_, known) in _LANGUAGES.items()}
    most = max(spoken, key=lambda name: spoken[name])
    if spoken[most] >= 2 and list(spoken.values()).count(spoken[most]) == 1:
        return Place("EUR", _LANGUAGES[most][0], f"a guess: the columns have {most} names")
    return Place("EUR", "UTC", "a guess: nothing in the file speaks of it, so put in your own")


def _stated_currency(looks: list[Look], currency: CurrencyColumn | None) -> tuple[str, str] | None:
    if currency is not None and len(currency.lines[0][0]) == 3:
        code = currency.lines[0][0]
        if currency.is_single:
            return code, f"what {currency.look.name} says"
        return code, f"the most frequent {currency.look.name}"
    for look in looks:
        for sign, code in _SYMBOLS.items():
            if sign in look.name:
                return code, f'the sign in "{look.name}"'
        for word in words_of(look.name):
            if word in _SIGNS:
                return _SIGNS[word], f'the word in "{look.name}"'
    return None


def horizon_of(
    connection: Connection, source: Source, customer: str, ordered_at: Look
) -> tuple[int, str]:
    """The horizon after which nine of ten gaps have ended, as far as the records are long enough.

    ``customer`` is SQL for a customer.
    """
    gaps, ninth, last, span, paces, quick, slow = connection.execute(f"""
        WITH days AS (
            SELECT DISTINCT {customer} AS who,
                   CAST(CAST({ordered_at.as_instant} AS TIMESTAMPTZ) AS DATE) AS day
            FROM {source.relation} WHERE who IS NOT NULL
        ), gaps AS (
            SELECT who, day, day - lag(day) OVER (PARTITION BY who ORDER BY day) AS gap FROM days
        ), paces AS (SELECT avg(gap) AS pace FROM gaps GROUP BY who HAVING count(gap) >= 2)
        SELECT count(gap), quantile_cont(gap, 0.9), quantile_cont(gap, 0.95), max(day) - min(day),
            (SELECT count(*) FROM paces), (SELECT quantile_cont(pace, 0.1) FROM paces),
            (SELECT quantile_cont(pace, 0.9) FROM paces)
        FROM gaps
    """).fetchall()[0]
    if not gaps:
        return FALLBACK_DAYS, "No customer bought twice, so nothing speaks for another horizon"
    days, reason = horizon_for(ninth, last, span)
    differ = note_on_paces(paces, quick or 0.0, slow or 0.0)
    return days, f"{reason}; {differ}" if differ else reason
