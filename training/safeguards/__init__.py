"""What every training is tried against before anybody relies on it.

========  ============================================================================
trust     can the reasons be trusted
leaks     does a column know what came of a customer
fairness  what is left out because nobody is to be judged by it, and what tells it
========  ============================================================================
"""
