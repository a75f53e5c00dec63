"""How good a prediction is: plain functions."""
