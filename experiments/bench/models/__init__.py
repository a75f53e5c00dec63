"""The benches of churn and value models."""
