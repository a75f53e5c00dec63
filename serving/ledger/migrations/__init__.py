"""How the database of an older version becomes one of today, step by step, by Alembic."""
