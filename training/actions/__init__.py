"""What may be done for a customer beside an offer, and what each of it is expected to bring."""
