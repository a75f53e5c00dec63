"""Bundles → scores, reasons and decisions → the CRM and the marketer's page.

``scoring`` joins a bundle with behaviour vectors, ``reasons`` and ``wording`` turn contributions into
sentences that add up, and ``snapshot`` keeps the scores of everybody. ``messages`` and ``api`` are the
CRM contract, ``pages`` and ``churn_list`` the marketer's view; ``desk`` is what both answer from.
``guard`` stands before all of it, ``problems`` words its refusals and ``ledger`` remembers keys and
decisions. ``service`` is the BentoML service and ``launch`` starts and stops it.
"""
