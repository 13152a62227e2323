"""The coordinator's decision: the only leave to remove anything after `ready`."""

from .console import Stop, say


def take_decision(folder, claim, body):
    """Keeps a decision that makes sense. Throws Stop for one that would remove what it may not."""
    decision = body.get("decision")
    retire = body.get("retire", [])
    own = f"{claim['instance_id']}-"
    fits = all(isinstance(one, str) and one.startswith(own) and one[len(own) :].isdigit() for one in retire)
    if decision not in ("switched", "abandoned", "removed") or not fits or claim["project"] in retire:
        raise Stop("the coordinator's decision is not well formed", "decision_invalid")
    folder.write("decision", {"decision": decision, "retire": retire, "reason": str(body.get("reason", ""))})
    say(f"decision: {decision}")


def has_to_retire(folder, decision):
    """Whether the host has something to do after a switch: an old release to remove, or services that run only once."""
    return bool(decision["retire"] or folder.read("release")["release"].get("singletons"))
