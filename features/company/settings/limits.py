"""The limits that the command line shows too, apart from the tables so that its help need not read those."""

MOST_WORKERS = 64
