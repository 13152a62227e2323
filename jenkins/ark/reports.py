"""Subcommands after the claim: progress, retired, failed, removed. Each carries the lease."""

import time

from . import log_tail, stages
from .claim import deadline_of
from .console import Stop
from .decision import take_decision
from .lease import leased, tell, with_lease

# After the deadline there is still something to tell.
LAST_WORD_S = 60
DETAIL_UNITS = 500


def progress(folder, coordinator, words):
    """`words` = STAGE STATUS, once or several times, told only where this deployment has such a stage."""
    claim = leased(folder)
    stages.tell_kept(folder, coordinator, claim)
    for stage, status in zip(words[::2], words[1::2]):
        if not is_due(claim, stage):
            continue
        if status == "started":
            folder.write("stage", stage)
        tell(coordinator, "progress", with_lease(claim, stage=stage, status=status), deadline_of(claim))


def is_due(claim, stage):
    """Where something is stopped first, the host says when the start begins; an order to stop starts nothing."""
    if stage in ("stop", "start"):
        return takes_away(claim) == (stage == "stop")
    return stage != "publish" or claim["action"] != "stop"


def takes_away(claim):
    """A recreate with something live, or an order to stop."""
    live = [project for project in claim["keep"] if not project.endswith("-data")]
    return bool(live) and (claim["action"] == "stop" or claim.get("strategy") == "recreate")


def retired(folder, coordinator):
    """Tells what was removed. An abandoned release ends the build as failed, in one line."""
    claim, decision = folder.read("claim"), folder.read("decision")
    if claim is None or (decision is None and claim["action"] != "stop") or claim["action"] == "destroy":
        return None
    if folder.read("retired") is None:
        stages.tell_kept(folder, coordinator, claim)
        tell(coordinator, "retired", with_lease(claim, removed=removed_projects(folder)), last_word(claim))
        folder.write("retired", True)
    if decision and decision["decision"] == "abandoned" and folder.read("failed") is None:
        raise Stop(f"the new release was not taken into use: {decision['reason'] or 'no reason given'}", "abandoned")
    return None


def removed_projects(folder):
    """Every project that the host said it removed, in the order of the steps."""
    removed = []
    for fact in ("prepared", "undone", "settled"):
        removed += [one for one in (folder.read(fact) or {}).get("removed", []) if one not in removed]
    return removed


def removed(folder, coordinator):
    claim = leased(folder)
    stages.tell_kept(folder, coordinator, claim)
    projects = (folder.read("destroyed") or {}).get("removed", [])
    tell(coordinator, "removed", with_lease(claim, removed=projects), last_word(claim))
    folder.write("retired", True)


def failed(folder, coordinator, aborted):
    """Tells why the build gives up, once. Silent when there is no claim, or nothing is left to tell."""
    claim = folder.read("claim")
    if claim is None or folder.read("retired") or folder.read("failed") or folder.read("revoked"):
        return
    stages.tell_kept(folder, coordinator, claim)
    failure = folder.read("failure") or {}
    words = {name: one_line(str(failure[name])) for name in ("detail", "host_seq") if failure.get(name)}
    content = with_lease(
        claim,
        stage=failure.get("stage") or folder.read("stage") or "prepare",
        reason=failure.get("reason") or ("build_aborted" if aborted else "job_failed"),
        log_tail=log_tail.tail(folder),
        **words,
    )
    answer = tell(coordinator, "failed", content, last_word(claim))
    folder.write("failed", True)
    if folder.read("decision") is None:
        take_decision(folder, claim, answer.body)


def one_line(text):
    """What a command on the host printed, as the coordinator takes it: one line, its end, counted in UTF-16."""
    words = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return words.encode("utf-16-le")[-2 * DETAIL_UNITS :].decode("utf-16-le", errors="ignore").strip()


def last_word(claim):
    return max(deadline_of(claim), time.time() + LAST_WORD_S)
