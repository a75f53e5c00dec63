"""Can the reasons be trusted? Every training tries the reasons of the model that ships.

============  ===============================================================================
subjects      the customers the reasons are tried on, and what is shown of each
faithfulness  taking the named groups away: does the risk fall as much as it could?
stability     other customers to learn from: would the same reasons be given?
persistence   a day without events: do the reasons stay?
cap           what it costs in quality that trees are kept shallow, so that they can be explained
trust         all of it together, each figure beside its bar, and a group that explains too much
============  ===============================================================================

``docs/trust.md`` says what each figure means. Nothing here is kept of any customer.
"""
