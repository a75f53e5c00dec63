"""What the latest monitoring has found, as everybody is told it: a command, a page, and whoever watches the service.

==================  ===========================================================================
findings            what a look found, as it is kept in the workspace and read back
wording             the same in the sentences of a language, and what is to be done
==================  ===========================================================================
"""
