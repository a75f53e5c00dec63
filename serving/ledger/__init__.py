"""The service's own memory: keys, decisions, objections, jobs and who asked for what."""
