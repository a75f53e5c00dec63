"""The page of stages, statuses and segments: how many customers each has and what they come to."""
