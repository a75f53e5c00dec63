"""The churn list as files that spreadsheets open."""
