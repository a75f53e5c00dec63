"""What a model is given, and which part of the past is for what."""
