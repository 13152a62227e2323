"""One Ansible run for one step on the host: what is run, with what, for how long, and what came of it."""

import json
import os
import re
import subprocess
import threading
import time
from pathlib import Path

from . import log_tail, stages
from .claim import MARGIN_S, deadline_of
from .console import Stop, say
from .process_group import end_group, end_with_us
from .run_files import environment, write_archive

RESULT_BYTES = 256 * 1024
# Undo and retire must be tried although the deadline passed.
LEAST_S = 120
# The run itself needs some of the time that the step is given.
OWN_S = 5


class Run:
    """The run of one step. `arguments` go to the host script as they are; they are project names or options."""

    def __init__(self, folder, home, step, arguments=()):
        self._folder = folder
        self._home = Path(home)
        self._step = step
        self._arguments = list(arguments)
        self._claim = folder.read("claim")

    def perform(self, least_s=0):
        """Returns the host script's result. Throws Stop with the host's reason after noting it as the failure."""
        seconds = int(max(deadline_of(self._claim) - MARGIN_S - time.time(), least_s))
        if seconds <= OWN_S:
            raise self._fail({"error": "deadline_passed", "detail": "the deployment's time is up"})
        result_path = self._folder.path / "result.json"
        result_path.unlink(missing_ok=True)
        self._folder.write("variables", self._variables(seconds - OWN_S))
        write_archive(self._folder, self._home)
        code = self._run(seconds)
        result = read_result(result_path)
        stages.keep(self._folder, result.get("stages"))
        if code != 0 or "error" in result:
            raise self._fail(result)
        return result

    def argv(self):
        playbook = "destroy.yml" if self._step == "destroy" else "deploy.yml"
        return [
            str(self._home / "venv/bin/ansible-playbook"),
            *("--inventory", str(self._folder.path / "inventory.json")),
            *("--extra-vars", f"@{self._folder.path / 'variables.json'}"),
            *("--private-key", os.environ.get("ARK_SSH_KEY_FILE", "")),
            str(self._home / "ansible" / playbook),
        ]

    def _variables(self, seconds):
        """Only values of strict grammars: whatever becomes an Ansible variable could be a template."""
        words = [self._step, *self._arguments]
        if not all(re.fullmatch(r"-{0,2}[a-z0-9][a-z0-9_-]{0,90}", word) for word in words):
            raise Stop("a value of the claim does not fit its grammar", "claim_invalid")
        return {
            "instance_step": self._step,
            "instance_seconds": str(seconds),
            "instance_arguments": self._arguments,
        }

    def _run(self, seconds):
        redactor = log_tail.Redactor(self._folder)
        process = subprocess.Popen(
            self.argv(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment(self._folder, self._home),
            cwd=self._home / "ansible",
            start_new_session=True,
        )
        end_with_us(process)
        reader = threading.Thread(target=pass_on, args=(process.stdout, redactor, self._folder), daemon=True)
        reader.start()
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            say(f"step {self._step} did not end in time")
            return -1
        finally:
            end_group(process)
            reader.join(2)

    def _fail(self, result):
        reason, detail = str(result["error"]), str(result.get("detail", ""))
        failure = {"stage": self._folder.read("stage"), "reason": reason, "detail": detail}
        if reason == "stale_seq":
            failure["host_seq"] = str(result.get("host_seq", ""))
        if self._folder.read("failure") is None:
            self._folder.write("failure", failure)
        return Stop(f"step {self._step} failed: {reason}: {detail}", reason)


def pass_on(stream, redactor, folder):
    """Every line of Ansible to the console and to the log that `failed` sends, redacted."""
    for raw in stream:
        line = redactor.clean(raw.decode(errors="replace"))
        print(line, end="", flush=True)
        log_tail.append(folder, line)


def read_result(path):
    """What the host script printed; a run without it was cut off."""
    if not path.is_file() or path.stat().st_size > RESULT_BYTES:
        return {"error": "host_step_lost", "detail": "the run on the host ended without a result"}
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        result = None
    return result if isinstance(result, dict) else {"error": "host_step_lost", "detail": "the result cannot be read"}
