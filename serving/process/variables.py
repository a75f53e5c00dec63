"""What the process that starts the service tells the service: where its workspace is, how many workers it is to have, and where
these keep the figures that they show as one."""

from __future__ import annotations

SETTINGS_VARIABLE = "REGULARS_SETTINGS"
WORKERS_VARIABLE = "REGULARS_WORKERS"
FIGURES_VARIABLE = "REGULARS_FIGURES"
