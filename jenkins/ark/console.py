"""What people read in the build's console: one line for each thing worth knowing, never a secret."""

import re
import sys

LINE_CHARACTERS = 400


class Stop(Exception):
    """Ends the script with one line for the console. `code` is for the `failed` callback."""

    def __init__(self, line, code="job_stopped"):
        super().__init__(line)
        self.line = line
        self.code = code


def say(line):
    """Prints one line; what came from elsewhere cannot forge a second one or colours."""
    print(f"ark: {printable(line)}", flush=True)


def printable(text):
    return re.sub(r"[^\x20-\x7e\xa0-\U0010ffff]+", " ", str(text))[:LINE_CHARACTERS]


def run(main):
    """The frame of every script: exit code 1 with one line for what was foreseen."""
    try:
        sys.exit(main() or 0)
    except Stop as stop:
        say(stop.line)
        sys.exit(1)
