"""`python3 ark_host.pyz STEP… --seconds N`: runs the steps under the fence; one JSON line on stdout is the result.

Exit codes: 0 done, 3 failed, 4 stale_seq (the host knows a newer deployment). The log goes to stderr.
"""

import argparse
import json
import os
import re
import tempfile
import time
from pathlib import Path

from . import facts, gate, recreate, release, retire
from .archive import read_all
from .deployment import Deployment
from .engine import Engine
from .errors import EXIT_FAILED, EXIT_OK, StepFailed
from .fence import Fence
from .layout import Layout
from .prepare import prepare
from .start import start

STEPS = ("prepare", "start", "recreate", "retire", "undo", "stop", "destroy")
# They may find a step of their own deployment still at work, left behind by a build that was stopped.
PREEMPTING = ("undo", "retire")


def main(argv=None):
    os.umask(0o077)
    options = parse_options(argv)
    # A group of our own: a newer deployment that finds us at work can end us and our children, and nobody else.
    if os.getpgid(0) != os.getpid():
        os.setpgid(0, 0)
    texts = read_all(options.once)
    if is_detached(options, texts["release.json"]):
        with tempfile.TemporaryDirectory(prefix="ark-") as folder:
            result, code = recreate.detached(lambda: run(options, texts), Path(folder) / "log")
    else:
        result, code = run(options, texts)
    print(json.dumps(result), flush=True)
    return code


def parse_options(argv):
    parser = argparse.ArgumentParser(prog="ark_host", description=__doc__)
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("--seconds", type=float, required=True, help="time for the step, waiting included")
    parser.add_argument("--retire", action="append", default=[], metavar="PROJECT", help="old projects of a switch")
    parser.add_argument("--abandoned", action="store_true", help="the decision is against this deployment")
    parser.add_argument("--once", action="store_true", help="remove the archive after reading it")
    return parser.parse_args(argv)


def is_detached(options, text):
    """Whoever takes the running app away, or gives it back, must come to an end even if nobody waits for it."""
    if options.step == "recreate":
        return True
    return options.step == "undo" and re.search(r'"strategy":\s*"recreate"', text) is not None


def run(options, texts):
    """Returns (result, exit code); a failure is a result too."""
    text, rules = texts["release.json"], json.loads(texts["compose_allow_list.json"])
    deadline = time.monotonic() + options.seconds
    try:
        document = release.parse(text)
        layout = Layout(document["instance_id"], document["seq"])
        fence = Fence(layout.fence, document["seq"])
        fence.take(deadline, preempt_same=options.step in PREEMPTING)
        engine = Engine(deadline)
        deployment = Deployment(document, layout, engine, rules, options.step)
        try:
            result = perform(options, text, deployment)
            deployment.stages.finish()
            return {**result, "stages": deployment.stages.as_facts()}, EXIT_OK
        except StepFailed as failure:
            failure.detail = engine.redacted(failure.detail)
            failure.facts["stages"] = deployment.stages.as_facts()
            raise
        finally:
            fence.release()
    except StepFailed as failure:
        return failure.as_result(), failure.exit_code
    except OSError as error:
        return {"error": "host_io", "detail": f"{error.strerror}: {error.filename}"}, EXIT_FAILED


def perform(options, text, deployment):
    if options.step == "prepare":
        return prepare(deployment, text)
    if options.step == "start":
        return pass_gate(deployment, start(deployment))
    if options.step == "recreate":
        return recreate.recreate(deployment, pass_gate)
    if options.step == "retire":
        return retire.retire(deployment, options.retire, options.abandoned)
    return {"undo": retire.undo, "stop": retire.stop, "destroy": retire.destroy}[options.step](deployment)


def pass_gate(deployment, started):
    """The health gate; returns what `ready` reports."""
    project, ports = started["project"], started["ports"]
    deployment.stages.enter("gate")
    containers = gate.pass_gate(deployment.engine, deployment.document, project, ports)
    return facts.gather(deployment, project, containers, ports)
