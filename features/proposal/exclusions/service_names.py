"""What postage, fees, gift cards, deposits, discounts and tests are called among the articles, in seven languages."""

from __future__ import annotations

import re

from features.proposal.columns.names import plain_text


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(","))


_BEGINNINGS = _listed(
    """shipping, shipping and handling, postage, postage and packing, delivery, carriage, freight,
    handling, versand, versandkosten, versandkostenpauschale, versandpauschale, porto, porto und verpackung,
    fracht, lieferung, liefergebuehr, nachnahme, frais de port, frais de livraison, frais d envoi, livraison,
    gastos de envio, coste de envio, envio, portes, portes de envio, custos de envio, frete,
    spese di spedizione, spese spedizione, costi di spedizione, spedizione, verzendkosten, verzending,
    bezorgkosten, gift card, gift voucher, giftcard, e gift card, egift card, voucher, gift certificate,
    store credit, geschenkgutschein, gutschein, geschenkkarte, wertgutschein, guthaben, carte cadeau, bon cadeau,
    cheque cadeau, bon d achat, tarjeta regalo, tarjeta de regalo, vale regalo, cheque regalo, carta regalo,
    buono regalo, cartao presente, cartao oferta, vale presente, vale oferta, cadeaubon, cadeaukaart, discount,
    rabatt, nachlass, preisnachlass, remise, reduction, bon de reduction, descuento, sconto, desconto, korting,
    coupon, promo code, promotion code, deposit, pfand, flaschenpfand, leergut, consigne, deposito, cauzione,
    statiegeld, anzahlung, acompte, kaution, tip, trinkgeld, pourboire, propina, mancia, gorjeta, fooi, donation,
    spende, donazione, fee, service fee, service charge, booking fee, gebuehr, bearbeitungsgebuehr, mahngebuehr,
    bank charges, rounding, rundung, rundungsdifferenz, geschenkverpackung, gift wrapping,
    emballage cadeau, gift wrap, gratuity, surcharge, small order fee, eco fee, environmental fee,
    standardversand, expressversand, paketversand, versandkostenanteil, lieferkosten, frachtkosten,
    verpackungskosten, zustellgebuehr, nachnahmegebuehr, servicepauschale, zuschlag, expresszuschlag,
    mindermengenzuschlag, einwegpfand, mehrwegpfand, treuerabatt, mengenrabatt, neukundenrabatt, skonto,
    frais de dossier, frais de gestion, frais de gestion de commande, eco participation, ecotaxe, gastos de gestion,
    bono regalo, cupon, buono sconto, spese di incasso, caparra, taxa de entrega, administratiekosten, waardebon, borg"""
)
_NO_SALES = _listed(
    """test, test product, test item, test article, test order, testprodukt, testartikel, testbestellung,
    produit test, article test, producto de prueba, articulo de prueba, prueba, prodotto di prova,
    produto de teste, teste, testproduct, adjustment, korrektur, korrekturbuchung, correction, ajuste, rettifica,
    correctie, manual entry, manual adjustment, bad debt, adjust bad debt, write off, forderungsausfall,
    abschreibung, commission, amazon fee"""
)
_REST = frozenset(
    plain_text(word)
    for word in _listed(
        """deutschland, germany, oesterreich, austria, schweiz, suisse, switzerland, france, frankreich, italy,
        italia, italien, espana, spain, spanien, portugal, nederland, netherlands, belgie, belgique, belgium, uk,
        gb, us, usa, de, at, ch, fr, it, es, pt, nl, be, eu, europe, europa, international, inland, ausland, national,
        domestic, worldwide, world, welt, express, standard, economy, priority, dhl, ups, dpd, gls, hermes, fedex,
        post, paket, parcel, letter, brief, colissimo, correos, poste, postnl, royal, mail, cost, costs, charge,
        charges, fee, fees, kosten, pauschale, free, gratis, flat, rate, eur, usd, gbp, chf, euro, euros, pounds,
        dollar, dollars, digital, online, credit, code, return, refund, bottle, flasche, kasten, percent, prozent, off,
        auf, fuer, for, to, of, from, and, und, et, y, e, en, order, orders, class, first, second, next, day, card,
        voucher, value, wert, loyalty, customer, staff, member, summer, winter, sale, s, h, l, d, x, packing, handling,
        verpackung, per, item, total, protection, insurance, versicherung, rush, late, restocking, processing,
        convenience, cancellation, small, oversize, tracked, ground, priority, signed, saturday, evening, charity"""
    )
)


def is_service_name(name: str) -> bool:
    """Whether an article's name is that of a service, a gift card or a discount, with little beside.

    >>> is_service_name("Versandkosten Deutschland"), is_service_name("Discount 10%")
    (True, True)
    >>> is_service_name("Gift card holder, red"), is_service_name("Delivery truck"), is_service_name("Tip")
    (False, False, True)
    >>> is_service_name("DHL Express Versand"), is_service_name("Free gift wrap"), is_service_name("Red gift card")
    (True, True, False)
    """
    return _is_called(name, _BEGINNINGS)


def is_no_sale_name(name: str) -> bool:
    """Whether an article's name is that of a test, a correction or of money paid to others.

    >>> is_no_sale_name("Test product 2"), is_no_sale_name("Korrektur"), is_no_sale_name("Test strips")
    (True, True, False)
    """
    return _is_called(name, _NO_SALES)


def begins_like_a_service(name: str) -> bool:
    """Whether an article's name begins as that of a service does, whatever follows.

    >>> begins_like_a_service("Gift card holder, red"), begins_like_a_service("Tea")
    (True, False)
    """
    return _after(_words(name), _BEGINNINGS) is not None


def _is_called(name: str, phrases: tuple[str, ...]) -> bool:
    """Whether a name has one of some phrases in it and little beside, before or after."""
    words = _words(name)
    for begin in range(len(words)):
        rest = _after(words[begin:], phrases)
        if rest is not None and all(map(_is_little, rest)):
            return True
        if not _is_little(words[begin]):
            return False
    return False


def _is_little(word: str) -> bool:
    return word.isdigit() or word in _REST


def _words(name: str) -> list[str]:
    return re.findall(r"[a-z]+|[0-9]+", plain_text(name))


def _after(words: list[str], phrases: tuple[str, ...]) -> list[str] | None:
    """What follows the longest phrase that the words begin with; None where they begin with none."""
    for length in range(min(len(words), 5), 0, -1):
        phrase = " ".join(words[:length])
        if phrase in phrases or phrase.removesuffix("s") in phrases:
            return words[length:]
    return None
