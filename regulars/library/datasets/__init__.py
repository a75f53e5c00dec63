"""Labelled data as tables: what is asked, the rows with what came of them, and the part each plays."""
