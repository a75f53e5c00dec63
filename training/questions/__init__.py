"""What a churn model is asked: of whom, what may come true of them, and until when."""
