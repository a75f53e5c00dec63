"""What `make bench-offers` measures, one file a claim."""
