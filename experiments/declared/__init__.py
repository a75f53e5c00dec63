"""Experiments as a company declares them: a TOML file each, which says what differs from ``regulars.toml``.

============  =====================================================================
definition    what can be declared, setting by setting
search        what a definition says of searching the parameters of a learner
folder        the definitions of a company, found and read by their names
============  =====================================================================
"""
