"""Strategy recreate: stop the old, start the new, gate it, else start the old again.

It runs as one detached process under the fence with its own deadline: a job that is killed halfway leaves an app
running, the old one or the new one.
"""

import json
import os
import sys
import traceback

from . import projects
from .errors import EXIT_FAILED, EXIT_OK, StepFailed
from .retire import undo
from .start import start

GRACE_S = 90


def recreate(deployment, gate):
    """Returns what `gate` returns for the new release. Throws its failure after the old one runs again."""
    try:
        for project in deployment.live_projects:
            projects.stop(deployment.engine, deployment.id, project)
        deployment.stages.enter("start")
        return gate(deployment, start(deployment))
    except Exception as failure:  # whatever it is, an app must run afterwards
        deployment.engine.grant(GRACE_S)
        facts = undo(deployment)
        if isinstance(failure, StepFailed):
            failure.facts.update(facts)
        raise


def detached(work, log_path):
    """Runs `work() → (result, exit code)` in a session of its own and waits for it; returns the same.

    The caller may be killed meanwhile: the work goes on and its log is in `log_path`.
    """
    reading, writing = os.pipe()
    if os.fork() == 0:
        run_alone(work, writing, log_path)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        raw = stream.read()
    sys.stderr.write(log_path.read_text(errors="replace"))
    if not raw:
        return {"error": "interrupted", "detail": "the work on the host was ended"}, EXIT_FAILED
    answer = json.loads(raw)
    return answer["result"], answer["exit"]


def run_alone(work, writing, log_path):
    code = EXIT_FAILED
    try:
        os.setsid()
        log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        null = os.open(os.devnull, os.O_RDWR)
        for target, source in ((0, null), (1, null), (2, log)):
            os.dup2(source, target)
        result, code = work()
        os.write(writing, json.dumps({"result": result, "exit": code}).encode())
    except BrokenPipeError:
        code = EXIT_OK
    except Exception:
        traceback.print_exc()  # into the log of the step
    finally:
        os._exit(code)
