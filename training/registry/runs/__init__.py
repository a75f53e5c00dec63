"""What a run in MLflow holds of a training."""
