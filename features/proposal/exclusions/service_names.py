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
    emballage cadeau"""
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
        verpackung, per, item, total"""
    )
)


def is_service_name(name: str) -> bool:
    """Whether an article's name is that of a service, a gift card or a discount, with little beside.

    >>> is_service_name("Versandkosten Deutschland"), is_service_name("Discount 10%")
    (True, True)
    >>> is_service_name("Gift card holder, red"), is_service_name("Delivery truck"), is_service_name("Tip")
    (False, False, True)
    """
    rest = _after_beginning(name)
    return rest is not None and all(word.isdigit() or word in _REST for word in rest)


def is_no_sale_name(name: str) -> bool:
    """Whether an article's name is that of a test, a correction or of money paid to others.

    >>> is_no_sale_name("Test product 2"), is_no_sale_name("Korrektur"), is_no_sale_name("Test strips")
    (True, True, False)
    """
    rest = _after_beginning(name, _NO_SALES)
    return rest is not None and all(word.isdigit() or word in _REST for word in rest)


def begins_like_a_service(name: str) -> bool:
    """Whether an article's name begins as that of a service does, whatever follows.

    >>> begins_like_a_service("Gift card holder, red"), begins_like_a_service("Tea")
    (True, False)
    """
    return _after_beginning(name) is not None


def _after_beginning(name: str, beginnings: tuple[str, ...] = _BEGINNINGS) -> list[str] | None:
    words = re.findall(r"[a-z]+|[0-9]+", plain_text(name))
    for length in range(min(len(words), 4), 0, -1):
        if " ".join(words[:length]) in beginnings:
            return words[length:]
    return None
