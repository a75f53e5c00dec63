"""The loop measured: campaigns drawn from the exact truth of a simulated company, and what is said of them."""
