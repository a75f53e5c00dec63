"""Every showing of an offer, with what was known of the customer and the offer at that instant."""
