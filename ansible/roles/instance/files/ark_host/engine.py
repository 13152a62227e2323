"""The door to the Docker engine and to Compose, v1 or v2. Every call has a deadline."""

import json
import os
import subprocess
import sys
import time

from .errors import StepFailed

DETAIL_BYTES = 2000
LINE_CHARS = 200


class Engine:
    """Runs docker and Compose until `deadline` (time.monotonic seconds)."""

    def __init__(self, deadline):
        self.deadline = deadline
        self._compose = None
        self._hidden = []

    def hide(self, values):
        """From now on these values leave this host neither in a log nor in a failure's words."""
        self._hidden = sorted({*self._hidden, *(value for value in values if len(value) >= 4)}, key=len, reverse=True)

    def redacted(self, text):
        for value in self._hidden:
            text = text.replace(value, "[redacted]")
        return text

    def docker(self, *argv):
        """Returns stdout. Throws engine_failed with the last words of the command."""
        return self._run(["docker", *argv], "engine_failed")

    def try_docker(self, *argv):
        """Returns stdout, or None when the command failed."""
        try:
            return self.docker(*argv)
        except StepFailed as failure:
            if failure.code != "engine_failed":
                raise
            return None

    def show(self, *argv):
        """Copies what a docker command prints, bounded, into the log; failures are of no interest."""
        text = self._printed(*argv)
        if text is not None:
            say(text[-DETAIL_BYTES:].rstrip())

    def last_line(self, container_id):
        """The last line that a container wrote, bounded; empty when it wrote none."""
        lines = (self._printed("logs", "--tail", "1", container_id) or "").strip().splitlines()
        return "".join(filter(str.isprintable, lines[-1]))[:LINE_CHARS] if lines else ""

    def _printed(self, *argv):
        try:
            done = subprocess.run(
                ["docker", *argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=10, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return self.redacted(done.stdout.decode(errors="replace"))

    def compose(self, project, folder, *argv):
        """Runs Compose on the two files of a project. Throws compose_failed with its last words."""
        files = ["-f", str(folder / "compose.json"), "-f", str(folder / "override.json")]
        command = [*self._compose_command(), "-p", project, "--project-directory", str(folder), *files, *argv]
        return self._run(command, "compose_failed")

    def containers(self, *labels):
        """Inspects all containers with these labels, stopped ones too, oldest first."""
        filters = [part for label in labels for part in ("--filter", f"label={label}")]
        ids = self.docker("ps", "--all", "--quiet", "--no-trunc", *filters).split()
        return self.inspect(ids)

    def inspect(self, ids):
        """Inspects containers; one that vanished meanwhile is left out."""
        if not ids:
            return []
        text = self.try_docker("container", "inspect", *ids)
        if text is not None:
            found = json.loads(text)
        else:
            found = [entry for one in ids for entry in json.loads(self.try_docker("container", "inspect", one) or "[]")]
        return sorted(found, key=lambda container: container["Created"])

    def names(self, kind, *labels):
        """Names of the networks or volumes with these labels."""
        filters = [part for label in labels for part in ("--filter", f"label={label}")]
        return self.docker(kind, "ls", "--format", "{{.Name}}", *filters).split()

    def grant(self, seconds):
        """More time, for work that must be done although the deadline passed."""
        self.deadline = max(self.deadline, time.monotonic() + seconds)

    def remaining(self):
        """Seconds left. Throws deadline_passed when there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise StepFailed("deadline_passed", "the deployment's time is up")
        return left

    def _compose_command(self):
        if self._compose is None:
            v2 = self.try_docker("compose", "version", "--short")
            self._compose = ["docker", "compose"] if v2 is not None else ["docker-compose"]
        return self._compose

    def _run(self, command, code):
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self.remaining(),
                env=clean_environment(),
                check=False,
            )
        except FileNotFoundError:
            raise StepFailed("engine_missing", f"{command[0]} is not installed on the host") from None
        except subprocess.TimeoutExpired:
            raise StepFailed(
                "deadline_passed", f"{command[0]} did not end before the deployment's time was up"
            ) from None
        if done.returncode != 0:
            words = (done.stderr or done.stdout).decode(errors="replace").strip()[-DETAIL_BYTES:]
            raise StepFailed(code, f"{' '.join(command[:2])} failed: {words}")
        return done.stdout.decode(errors="replace")


def clean_environment():
    """What Compose may see: nothing of it can fill a variable of a Compose file."""
    kept = ("PATH", "HOME", "DOCKER_HOST", "DOCKER_CONFIG", "XDG_RUNTIME_DIR")
    return {"LANG": "C.UTF-8", **{name: os.environ[name] for name in kept if name in os.environ}}


def say(text):
    """One line for the build's log."""
    print(text, file=sys.stderr, flush=True)
