"""Why a customer is expected to bring what they bring, in money that adds up."""
