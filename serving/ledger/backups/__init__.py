"""What cannot be made again of a workspace: copied while the service runs, and put back whole."""
