"""Prints what people need of a run, and writes the host script's result where jenkins/ark/playbook.py reads it.

The result goes from the module's answer to a file as it is: it is never a variable, so it is never templated.
"""

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: ark
type: stdout
short_description: Short output, and the result of the step in a file
description: Prints the log of the host script. Writes its last line to the file named by ARK_RESULT_FILE.
"""

STEP_TASK = "Run the step"


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "ark"

    def v2_runner_on_ok(self, result):
        self._take(result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        answer = result.result
        if not self._take(result):
            words = str(answer.get("msg", "failed"))
            self._display.display(f"{result.task.get_name()}: {words}")
            self._write({"error": "host_step_failed", "detail": words})

    def v2_runner_on_unreachable(self, result):
        words = str(result.result.get("msg", "")).strip()
        self._display.display(f"host unreachable: {words}")
        self._write({"error": "host_unreachable", "detail": words})

    def _take(self, result):
        """True when this was the step itself and it printed a result."""
        if not result.task.get_name().endswith(STEP_TASK):
            return False
        answer = result.result
        if answer.get("stderr"):
            self._display.display(str(answer["stderr"]))
        lines = str(answer.get("stdout", "")).strip().splitlines()
        if not lines:
            return False
        self._write(lines[-1])
        return True

    def _write(self, value):
        path = os.environ.get("ARK_RESULT_FILE")
        if path:
            text = value if isinstance(value, str) else json.dumps(value)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(text)
