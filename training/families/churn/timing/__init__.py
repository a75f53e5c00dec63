"""When: how long customers wait for their next order, the hazard that tells it, and how well it does.

The hazard ships in the bundle, so nothing here may need what serving must not have.
"""
