"""Bundles → scores, reasons and decisions → the CRM and the marketer's page.

``scoring`` joins a bundle with behaviour vectors and lets ``training.reasons`` explain them, ``worth`` and
``belonging`` add values and segments with theirs, ``earlier`` the risk of a month ago, and ``snapshot`` keeps
all of it for everybody. ``recommending`` lists items from a customer's purchases, as ``item_lists`` allows, and
``item_export`` does so for everybody. ``past`` sees a customer at another time, for ``changes`` and ``what_if``.
``offering`` decides which offer to make, or none, and ``offer_plans`` spends budgets on a whole audience.
``contract`` is the CRM contract, messages and routes by topic; ``pages`` and ``churn_list`` are the marketer's
view, ``reason_export`` writes files, and ``desk`` is what all of them answer from. ``guard`` stands before
everything, ``answer`` is what goes back through it,
``problems`` words refusals, ``repeats`` keeps answers for calls that come again, and ``ledger`` remembers
keys and decisions in the ``database``. ``service`` is the BentoML service and ``launch`` starts and stops it.
"""
