"""Which host step a stage means for this deployment, and what it leaves behind for the callbacks."""

from .console import Stop, say
from .decision import has_to_retire
from .lease import leased
from .playbook import LEAST_S, Run


def prepare(folder, home):
    """Leftovers removed, files and secrets in place, images pulled; for an order to stop there is nothing to do."""
    if leased(folder)["action"] in ("deploy", "start"):
        folder.write("touched", True)
        folder.write("prepared", Run(folder, home, "prepare").perform())


def start(folder, home):
    """The new release runs and is healthy, beside the old one or in its place; or the live one is stopped."""
    claim = leased(folder)
    if claim["action"] == "stop":
        step = "stop"
    else:
        step = "recreate" if claim.get("strategy") == "recreate" else "start"
    folder.write("touched", True)
    folder.write("started", Run(folder, home, step).perform())


def undo(folder, home):
    """Before the first `ready`, what this build started goes away again. Never fails: more must be told after it."""
    claim = folder.read("claim")
    if claim is None or claim["action"] not in ("deploy", "start") or not may_undo(folder):
        return
    if folder.read("touched") is None:
        # The host was never asked for anything, so our project cannot be there.
        folder.write("undone", {"removed": [claim["project"]]})
        return
    try:
        folder.write("undone", Run(folder, home, "undo").perform(LEAST_S))
    except Stop as stop:
        say(f"could not undo: {stop.line}; the next deployment clears it")


def may_undo(folder):
    """After `ready` only a decision allows a removal; with a revoked key or on a host that is ahead, nothing does."""
    failure = folder.read("failure") or {}
    forbidden = any(folder.read(fact) for fact in ("ready", "decision", "revoked", "retired"))
    return not forbidden and failure.get("reason") != "stale_seq"


def retire(folder, home):
    """Carries out the decision: the retire list after a switch, our own project when it was abandoned."""
    decision = folder.read("decision")
    if decision is None or folder.read("settled") or folder.read("undone") or folder.read("retired"):
        return
    if (folder.read("failure") or {}).get("reason") == "stale_seq":
        return
    claim = leased(folder)
    if claim["action"] not in ("deploy", "start"):
        return
    if decision["decision"] == "abandoned":
        arguments = ["--abandoned"]
    else:
        arguments = [word for project in decision["retire"] for word in ("--retire", project)]
        if not has_to_retire(folder, decision):
            return
    folder.write("settled", Run(folder, home, "retire", arguments).perform(LEAST_S))


def destroy(folder, home):
    """Everything of the instance but the fence goes; data stays if the claim says so."""
    claim = leased(folder)
    if claim["action"] != "destroy":
        raise Stop(f"this job removes instances, but the claim says {claim['action']}", "wrong_job")
    folder.write("destroyed", Run(folder, home, "destroy").perform())


PLAYS = {"prepare": prepare, "start": start, "undo": undo, "retire": retire, "destroy": destroy}
