"""The words with which shops and tills say what became of a sale, in seven languages."""

from __future__ import annotations

import re

from features.proposal.columns.names import plain_text


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


NO_SALE = _set(
    """
    cancelled canceled cancel cancellation cancelation void voided failed failure declined rejected refused
    refunded returned chargeback charged_back draft test testing lost closed_lost abandoned expired error
    fraud fraudulent spam trash reversed denied incomplete incomplete_expired uncaptured deleted invalid
    refunded_fully fully_refunded test_order testorder dunning_failed payment_failed no_sale aborted
    storniert storno stornierung abgebrochen fehlgeschlagen entwurf retourniert retoure zurueckgegeben
    zurueckgewiesen abgelehnt erstattet rueckerstattet verloren geloescht ungueltig abgelaufen testbestellung
    widerrufen zurueckgesendet zahlung_fehlgeschlagen annulliert verworfen
    annule annulee annulation echoue echouee echec refuse refusee rembourse remboursee brouillon perdu perdue
    rejete rejetee expire expiree abandonne abandonnee retourne retournee supprime supprimee
    cancelado cancelada anulado anulada fallido fallida rechazado rechazada reembolsado reembolsada devuelto
    devuelta borrador perdido perdida prueba caducado caducada abandonado abandonada
    annullato annullata cancellato cancellata fallito fallita rifiutato rifiutata rimborsato rimborsata reso
    bozza perso persa prova scaduto scaduta stornato stornata
    falhado falhada falhou recusado recusada devolvido devolvida rascunho teste estornado estornada expirado
    expirada
    geannuleerd mislukt geweigerd terugbetaald geretourneerd concept verloren afgewezen verlopen vervallen
    gecrediteerd
"""
)
"""Words of rows that are no sales; an underscore stands for any sign between two words."""
_FIRST_WORDS = _set(
    """
    cancelled canceled voided declined rejected refunded failed storniert abgebrochen fehlgeschlagen
    retourniert abgelehnt erstattet rueckerstattet annule annulee echoue refuse rembourse remboursee
    cancelado cancelada anulado anulada rechazado reembolsado devuelto annullato annullata rimborsato
    geannuleerd mislukt geweigerd terugbetaald geretourneerd draft entwurf brouillon borrador bozza
"""
)
SALE = _set(
    """
    completed complete paid processing processed shipped delivered fulfilled partially_refunded
    partially_fulfilled partially_paid active won closed_won succeeded success successful captured settled
    approved confirmed sale sold invoiced dispatched live done finished received accepted ok sales order
    versandt versendet verschickt bezahlt abgeschlossen geliefert ausgeliefert erledigt zugestellt
    in_bearbeitung verkauf gewonnen bestaetigt fertig teilweise_erstattet teilerstattet in_versand
    expedie expediee envoye envoyee livre livree paye payee termine terminee en_cours valide validee traite
    traitee en_preparation gagne confirme confirmee vente partiellement_remboursee
    enviado enviada pagado pagada entregado entregada completado completada procesando ganado confirmado
    confirmada venta en_proceso finalizado
    spedito spedita pagato pagata consegnato consegnata completato completata in_lavorazione vinto confermato
    evaso vendita
    pago paga entregue concluido concluida em_processamento ganho vendido finalizada
    verzonden betaald geleverd voltooid afgerond in_behandeling verkocht bezorgd gewonnen
"""
)
"""Words of rows that are sales."""
WON = _set("won closed_won gewonnen gagne ganado vinto ganho")
"""Words of a sales pipeline: where a deal can be won, what has not been is no sale."""
GIVEN_BACK = _set(
    """
    refund refunds return returns returned refunded credit credit_note creditnote chargeback reversal
    retoure ruecksendung rueckgabe gutschrift storno erstattung rueckerstattung
    remboursement retour avoir devolucion reembolso abono reso rimborso nota_di_credito devolucao
    retour terugbetaling creditnota retournering
"""
)
"""Words of rows that are themselves the return or refund of an earlier sale."""
STATUS_NAMES = _set(
    """
    status state stage phase etat estado stato zustand staat situation bestellstatus auftragsstatus
    zahlungsstatus zahlstatus lieferstatus orderstatus statut situacion situacao fase etape financial
    mode result outcome ergebnis
"""
)
TYPE_NAMES = _set(
    """
    type typ art kind tipo vorgang vorgangsart belegart transaktionsart buchungsart soort transaktionstyp
    bewegungsart nature
"""
)
FLAG_NAMES = _set(
    """
    return returned returns isreturn refund refunded isrefund retoure retour retourniert
    rueckgabe ruecksendung zurueckgegeben erstattet isreturned
    devolucion devuelto devuelta devolucao devolvido devolvida reso resa reembolso reembolsado estorno
    estornado rimborso rimborsato gutschrift geretourneerd terugbetaald rembourse remboursee
"""
)
"""Names of yes-or-no columns that say a row is a return."""
CANCEL_NAMES = _set(
    """
    cancelled canceled cancel cancellation storno storniert stornodatum stornierung annule annulee annulation
    anulado anulada cancelado annullato geannuleerd void voided test istest testorder draft deleted
    geloescht fraud
"""
)
"""Names of yes-or-no columns and of dates that say a row is no sale."""


def normal(word: str) -> str:
    """A status in the form in which it is looked up.

    >>> normal(" Closed Lost"), normal("partially-refunded"), normal("Annulée")
    ('closed_lost', 'partially_refunded', 'annulee')
    """
    return "_".join(re.findall(r"[a-z0-9]+", plain_text(word)))


def is_no_sale(word: str) -> bool:
    """Whether a status says that a row is no sale.

    >>> is_no_sale("Storniert"), is_no_sale("Cancelled by buyer"), is_no_sale("Partially refunded")
    (True, True, False)
    """
    known = normal(word)
    if known in SALE:
        return False
    return known in NO_SALE or known.partition("_")[0] in _FIRST_WORDS


def is_sale(word: str) -> bool:
    """Whether a status says that a row is a sale."""
    return normal(word) in SALE
