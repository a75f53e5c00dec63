"""The benches of reasons."""
