"""What every rung answered of each customer at each test: the evidence that the figures of a training stand on."""
