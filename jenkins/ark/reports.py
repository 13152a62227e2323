"""Subcommands after the claim: progress, ready, retired, failed, removed. Each carries the lease."""

import time

from . import log_tail
from .claim import deadline_of
from .console import Stop, say
from .exchange import Message
from .refusals import line_for

STAGES = ("prepare", "pull", "stop", "start", "gate", "publish", "retire")
STATUSES = ("started", "done")
READY_WAITS_S = (0.3, 0.5, 1)
READY_EVERY_S = 2
# After the deadline there is still something to tell.
LAST_WORD_S = 60


def leased(folder):
    """The claim of this build. Throws Stop when it was not granted."""
    claim = folder.read("claim")
    if claim is None:
        raise Stop("this build was not granted a claim", "no_claim")
    return claim


def with_lease(claim, **content):
    return {"lease": claim["lease"], "deployment_id": claim["deployment_id"], **content}


def tell(coordinator, name, content, deadline):
    """Returns the signed answer with status 200 or 202. Throws Stop with one line for a refusal."""
    answer = coordinator.tell(Message(name, content), deadline)
    if answer.status not in (200, 202):
        raise Stop(f"{name} refused: {line_for(answer)}", answer.code or "callback_refused")
    return answer


def progress(folder, coordinator, words):
    """`words` = STAGE STATUS, once or several times. Stage stop is told only where something will be stopped."""
    claim = leased(folder)
    for stage, status in zip(words[::2], words[1::2]):
        if stage == "stop" and not takes_away(claim):
            continue
        if status == "started":
            folder.write("stage", stage)
        tell(coordinator, "progress", with_lease(claim, stage=stage, status=status), deadline_of(claim))


def takes_away(claim):
    """A recreate with something live, or an order to stop."""
    live = [project for project in claim["keep"] if not project.endswith("-data")]
    return bool(live) and (claim["action"] == "stop" or claim.get("strategy") == "recreate")


def ready(folder, coordinator):
    """Reports the started release and repeats until the coordinator decided and the old one may go."""
    claim, result = leased(folder), folder.read("started")
    if claim["action"] == "stop":
        return
    folder.write("stage", "publish")
    message = Message("ready", ready_content(claim, result))
    # Before the first byte leaves: from now on the coordinator may have switched.
    folder.write("ready", True)
    waits, told = list(READY_WAITS_S), None
    while True:
        answer = coordinator.tell(message, deadline_of(claim))
        if answer.status == 200:
            break
        if answer.status != 202:
            raise Stop(f"ready refused: {line_for(answer)}", answer.code or "callback_refused")
        told = say_state(answer.body, told)
        time.sleep(waits.pop(0) if waits else READY_EVERY_S)
        if time.time() >= deadline_of(claim):
            raise Stop(
                "the coordinator did not decide in time; nothing is removed without its decision", "callback_lost"
            )
    take_decision(folder, claim, answer.body)


def ready_content(claim, result):
    primary = next(endpoint["name"] for endpoint in claim["endpoints"] if endpoint["primary"])
    target = result["endpoints"][primary]
    return with_lease(
        claim,
        target_host=claim["host"]["address"],
        target_port=target["port"],
        container_name=target["container_name"],
        container_id=target["container_id"],
        endpoints=result["endpoints"],
        image_ids=result["image_ids"],
        project=result["project"],
    )


def say_state(body, told):
    state = body.get("state")
    if state != told:
        words = {"verifying": "the coordinator checks the new release", "draining": "the old release drains"}
        say(words.get(state, f"state {state}"))
    return state


def take_decision(folder, claim, body):
    """Keeps a decision that makes sense; the only leave to remove anything after `ready`."""
    decision = body.get("decision")
    retire = body.get("retire", [])
    own = f"{claim['instance_id']}-"
    fits = all(isinstance(one, str) and one.startswith(own) and one[len(own) :].isdigit() for one in retire)
    if decision not in ("switched", "abandoned", "removed") or not fits or claim["project"] in retire:
        raise Stop("the coordinator's decision is not well formed", "decision_invalid")
    folder.write("decision", {"decision": decision, "retire": retire, "reason": str(body.get("reason", ""))})
    say(f"decision: {decision}")


def retired(folder, coordinator):
    """Tells what was removed. An abandoned release ends the build as failed, in one line."""
    claim, decision = folder.read("claim"), folder.read("decision")
    if claim is None or (decision is None and claim["action"] != "stop") or claim["action"] == "destroy":
        return None
    if folder.read("retired") is None:
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
    projects = (folder.read("destroyed") or {}).get("removed", [])
    tell(coordinator, "removed", with_lease(claim, removed=projects), last_word(claim))
    folder.write("retired", True)


def failed(folder, coordinator, aborted):
    """Tells why the build gives up, once. Silent when there is no claim, or nothing is left to tell."""
    claim = folder.read("claim")
    if claim is None or folder.read("retired") or folder.read("failed") or folder.read("revoked"):
        return
    failure = folder.read("failure") or {}
    words = {name: failure[name] for name in ("detail", "host_seq") if failure.get(name)}
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


def last_word(claim):
    return max(deadline_of(claim), time.time() + LAST_WORD_S)
