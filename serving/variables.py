"""How the process that starts the service tells the service where its workspace is."""

from __future__ import annotations

SETTINGS_VARIABLE = "REGULARS_SETTINGS"
