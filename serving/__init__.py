"""Bundles → scores, reasons and decisions → the CRM and the marketer's page.

===========  ==============================================================================
service      the BentoML service: one process, the contract and the guard around it [bentoml]
job_runner   works on jobs beside the calls that somebody waits for
process/     what a serving process is, and is not: started, watched, kept free of training
access/      who comes in, and how it is said no
contract/    ``/v1``: a file of messages and a file of routes a topic             [fastapi]
pages/       the marketer's pages: a context, a view and a template each           [jinja2]
in_use/      what every answer is made from now
scores/      one way from a customer to an answer
items/       what customers would take next
offers/      which offer, or none: rules, money, budgets and limits of contact
nightly/     everybody, once a night
snapshot/    a night's scores as they lie on disk
exports/     scores for other programs, in the shapes they take
ledger/      the service's own memory: keys, decisions, objections, jobs      [sqlalchemy]
===========  ==============================================================================
"""
