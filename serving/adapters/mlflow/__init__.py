"""MLflow's scoring protocol, which Databricks and whoever brings his own model speak: four layouts of a table, and predictions."""
