"""Bundles → scores, reasons and decisions → the CRM and the marketer's page.

``scoring`` joins a bundle with behaviour vectors, ``reasons`` and ``wording`` turn contributions into
sentences that add up, ``worth`` and ``belonging`` add values and segments with theirs, and ``snapshot``
keeps all of it for everybody. ``messages`` and ``api`` are the
CRM contract, ``pages`` and ``churn_list`` the marketer's view; ``desk`` is what both answer from.
``guard`` stands before all of it, ``problems`` words its refusals and ``ledger`` remembers keys and
decisions. ``service`` is the BentoML service and ``launch`` starts and stops it.
"""
