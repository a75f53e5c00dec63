"""How seven countries name the columns of a sale and write its dates, amounts and statuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Country:
    """One country's columns, in the order of a sale's parts, with its words and its forms."""

    columns: Mapping[str, str]
    dates: tuple[str, ...]
    amounts: tuple[str, ...]
    whole_amounts: tuple[str, ...]
    months: tuple[str, ...]
    sold: tuple[str, ...]
    not_sold: tuple[str, ...]
    given_back: str
    yes_no: tuple[str, str]


_PARTS = (
    "customer", "order", "at", "item", "quantity", "amount", "unit_price", "status", "type", "is_return",
    "refunded", "item_name", "note",
)  # fmt: skip


def _columns(*names: str) -> Mapping[str, str]:
    return dict(zip(_PARTS, names, strict=True))


def _months(names: str) -> tuple[str, ...]:
    return tuple(names.split())


_ENGLISH_MONTHS = _months(
    "January February March April May June July August September October November December"
)

COUNTRIES: Mapping[str, Country] = {
    "en": Country(
        _columns(
            "Customer ID", "Order ID", "Order Date", "SKU", "Quantity", "Line Total", "Unit Price",
            "Order Status", "Type", "Returned", "Amount Refunded", "Product Name", "Notes",
        ),
        ("%d/%m/%Y %H:%M", "%d/%m/%Y", "%d %b %Y", "%Y-%m-%d %H:%M:%S", "%d-%m-%Y %H:%M"),
        ("1234.50", "1,234.50", "£1,234.50", "(1,234.50)"),
        ("1,234", "1234"),
        _ENGLISH_MONTHS, ("Completed", "Shipped"), ("Cancelled", "Failed"), "Refund", ("Yes", "No"),
    ),
    "us": Country(
        _columns(
            "customer_id", "order_number", "created_at", "product_id", "qty", "amount", "unit_price",
            "financial_status", "transaction_type", "is_refund", "refunded_amount", "product_title", "note",
        ),
        (
            "%m/%d/%Y %H:%M", "%m/%d/%Y, %I:%M %p", "%b %d, %Y", "%Y-%m-%dT%H:%M:%SZ", "%m/%d/%y",
            "%B %d, %Y %I:%M %p",
        ),
        ("1234.50", "1,234.50", "$1,234.50", "(1,234.50)"),
        ("1,234", "$1,234"),
        _ENGLISH_MONTHS, ("paid", "fulfilled"), ("voided", "canceled"), "refund", ("true", "false"),
    ),
    "de": Country(
        _columns(
            "Kundennummer", "Bestellnummer", "Bestelldatum", "Artikelnummer", "Menge", "Gesamtpreis",
            "Einzelpreis", "Status", "Belegart", "Retoure", "Erstattungsbetrag", "Artikelbezeichnung",
            "Bemerkung",
        ),
        ("%d.%m.%Y %H:%M", "%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%d.%m.%Y %H:%M:%S", "%d. %B %Y"),
        ("1234,50", "1.234,50", "1.234,50 €", "1'234.50", "1.234,50-"),
        ("1.234", "1234"),
        _months("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
        ("Abgeschlossen", "Versendet"), ("Storniert", "Fehlgeschlagen"), "Gutschrift", ("Ja", "Nein"),
    ),
    "fr": Country(
        _columns(
            "Code client", "Numéro commande", "Date commande", "Code article", "Quantité", "Montant",
            "Prix unitaire", "Statut", "Type", "Retour", "Montant remboursé", "Désignation", "Remarque",
        ),
        ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%d/%m/%y", "%d %B %Y"),
        ("1234,50", "1 234,50", "1\u202f234,50 €"),
        ("1 234", "1234"),
        _months("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
        ("Terminée", "Expédiée"), ("Annulée", "Échouée"), "Remboursement", ("Oui", "Non"),
    ),
    "es": Country(
        _columns(
            "ID cliente", "Numero pedido", "Fecha pedido", "Codigo producto", "Cantidad", "Importe",
            "Precio unitario", "Estado", "Tipo", "Devuelto", "Importe reembolsado", "Nombre producto", "Nota",
        ),
        ("%d/%m/%Y %H:%M", "%d-%m-%Y", "%Y-%m-%d %H:%M:%S", "%d de %B de %Y"),
        ("1234,50", "1.234,50", "1.234,50 EUR"),
        ("1.234", "1234"),
        _months("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
        ("Completado", "Enviado"), ("Cancelado", "Fallido"), "Devolución", ("Sí", "No"),
    ),
    "it": Country(
        _columns(
            "Codice cliente", "Numero ordine", "Data ordine", "Codice articolo", "Quantità", "Importo",
            "Prezzo unitario", "Stato", "Tipo", "Reso", "Importo rimborsato", "Descrizione", "Nota",
        ),
        ("%d/%m/%Y %H:%M", "%d/%m/%Y", "%d-%m-%Y %H:%M", "%d %B %Y"),
        ("1234,50", "1.234,50", "1.234,50 EUR"),
        ("1.234", "1234"),
        _months("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"),
        ("Completato", "Spedito"), ("Annullato", "Fallito"), "Rimborso", ("Sì", "No"),
    ),
    "nl": Country(
        _columns(
            "Klantnummer", "Ordernummer", "Besteldatum", "Artikelcode", "Aantal", "Bedrag", "Stuksprijs",
            "Status", "Soort", "Retour", "Terugbetaald bedrag", "Omschrijving", "Opmerking",
        ),
        ("%d-%m-%Y %H:%M", "%d-%m-%Y", "%Y-%m-%d %H:%M", "%d %B %Y"),
        ("1234,50", "1.234,50", "€ 1.234,50"),
        ("1.234", "1234"),
        _months("januari februari maart april mei juni juli augustus september oktober november december"),
        ("Voltooid", "Verzonden"), ("Geannuleerd", "Mislukt"), "Terugbetaling", ("Ja", "Nee"),
    ),
}  # fmt: skip
"""The countries; each column stands under what it is of a sale."""


def written_day(at: datetime, form: str, country: Country) -> str:
    """An instant in a form of ``strftime``, with the country's own names for the months."""
    name = country.months[at.month - 1]
    return at.strftime(form.replace("%B", name).replace("%b", name[:3]))


def _grouped(cents: int, decimal: str, thousands: str) -> str:
    whole, rest = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    said = f"{sign}{whole:,}".replace(",", thousands)
    return f"{said}{decimal}{rest:02d}" if decimal else said


def _marked(cents: int, mark: str, said: str) -> str:
    return f"{'-' if cents < 0 else ''}{mark}{said}"


AMOUNTS: Mapping[str, Callable[[int], str]] = {
    "1234.50": lambda cents: _grouped(cents, ".", ""),
    "1,234.50": lambda cents: _grouped(cents, ".", ","),
    "$1,234.50": lambda cents: _marked(cents, "$", _grouped(abs(cents), ".", ",")),
    "£1,234.50": lambda cents: _marked(cents, "£", _grouped(abs(cents), ".", ",")),
    "(1,234.50)": lambda cents: f"({_grouped(-cents, '.', ',')})" if cents < 0 else _grouped(cents, ".", ","),
    "1234,50": lambda cents: _grouped(cents, ",", ""),
    "1.234,50": lambda cents: _grouped(cents, ",", "."),
    "1 234,50": lambda cents: _grouped(cents, ",", " "),
    "1\u202f234,50 €": lambda cents: _grouped(cents, ",", "\u202f") + " €",
    "1.234,50 EUR": lambda cents: _grouped(cents, ",", ".") + " EUR",
    "1.234,50 €": lambda cents: _grouped(cents, ",", ".") + " €",
    "€ 1.234,50": lambda cents: "€ " + _grouped(cents, ",", "."),
    "1'234.50": lambda cents: _grouped(cents, ".", "'"),
    "1.234,50-": lambda cents: _grouped(abs(cents), ",", ".") + ("-" if cents < 0 else ""),
    "1,234": lambda cents: _grouped(cents, "", ","),
    "$1,234": lambda cents: _marked(cents, "$", _grouped(abs(cents), "", ",")),
    "1.234": lambda cents: _grouped(cents, "", "."),
    "1 234": lambda cents: _grouped(cents, "", " "),
    "1234": lambda cents: _grouped(cents, "", ""),
}  # fmt: skip
"""Each way to write an amount, named by how it writes 1234.50 or 1234."""
