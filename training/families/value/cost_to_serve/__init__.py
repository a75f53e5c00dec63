"""What customers cost to serve: contacts, returns and orders through a channel, beside what they bring.

==========  ===========================================================================
events      what each contact, return and order of a company cost, by its settings
model       what a customer is expected to cost, from what they cost before
learning    the model fitted, calibrated and tested, and who costs more than they bring
words       how all of it is told on the model card
==========  ===========================================================================
"""
