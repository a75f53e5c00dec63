"""The scoring service under load: ours, the bare stack it stands on, and peers that serve the same model."""
