"""``python -m regulars`` is the command ``regulars``, for whoever has no scripts on the path."""

from regulars.main import main

main(prog_name="regulars")
