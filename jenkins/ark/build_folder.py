"""The private folder of one build: what a stage learns and a later stage needs.

It lies in $WORKSPACE_TMP (which the Jenkins pages do not show) or the workspace, is named after the build number, and
is 0700 with files of 0600: a killed build's shell may still live in the same workspace as its successor.
"""

import json
import os
import re
import shutil
import time
from pathlib import Path

from .console import Stop

# Longer than the jobs' own timeout: whoever used such a folder is gone.
FORGOTTEN_S = 2 * 3600


class BuildFolder:
    """Reads and writes the build's facts: claim, release, result, decision, ready, marks."""

    def __init__(self, path):
        self.path = Path(path)

    @classmethod
    def of_this_build(cls, environment=os.environ):
        """Where this build's folder is, made or not. Throws Stop outside a Jenkins build."""
        number = environment.get("BUILD_NUMBER", "")
        base = environment.get("WORKSPACE_TMP") or environment.get("WORKSPACE", "")
        if not re.fullmatch(r"[1-9][0-9]{0,9}", number) or not os.path.isabs(base):
            raise Stop("this runs in a Jenkins build only: BUILD_NUMBER and WORKSPACE are not set")
        return cls(Path(base) / f"ark-{number}")

    def make(self):
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)

    def remove(self):
        """Removes the folder and the one with the SSH connection's socket. Repeatable."""
        try:
            control = self.read("control")
        except ValueError:
            control = None
        for path in (control, self.path):
            if path is not None:
                shutil.rmtree(path, ignore_errors=True)

    def remove_forgotten(self, now=None):
        """Removes the folders of killed builds of this workspace: they may hold secret inputs."""
        for path in self.path.parent.glob("ark-*"):
            is_ours = re.fullmatch(r"ark-[1-9][0-9]{0,9}", path.name) and path != self.path and path.is_dir()
            if is_ours and (now or time.time()) - path.stat().st_mtime > FORGOTTEN_S:
                BuildFolder(path).remove()

    def exists(self, name):
        return (self.path / name).is_file()

    def read(self, name):
        """The JSON value of a fact, or None when there is none yet."""
        try:
            return json.loads((self.path / f"{name}.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def write(self, name, value):
        self.write_text(f"{name}.json", json.dumps(value))

    def write_text(self, name, text):
        """As a whole, 0600: a reader sees the old content or the new one."""
        self.make()
        draft = self.path / f".{name}.new"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(draft, self.path / name)

    def forget(self, name):
        (self.path / f"{name}.json").unlink(missing_ok=True)
