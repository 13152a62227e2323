"""Compose projects of an instance on this host, found by label, stopped, started and removed."""

from .engine import say
from .override import RUNS_ON, STAYS_STOPPED
from .release import is_project_of

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"


def label(container, name):
    return (container["Config"].get("Labels") or {}).get(name, "")


def of_instance(engine, instance_id):
    """Names of all projects of an instance that have a container, a network or a volume here."""
    mark = f"ark.instance={instance_id}"
    name = f'{{{{.Label "{PROJECT}"}}}}'
    found = {label(container, PROJECT) for container in engine.containers(mark)}
    for kind in ("network", "volume"):
        lines = engine.docker(kind, "ls", "--filter", f"label={mark}", "--format", name)
        found.update(lines.split())
    return sorted(project for project in found if is_project_of(instance_id, project))


def containers_of(engine, instance_id, project):
    return engine.containers(f"ark.instance={instance_id}", f"{PROJECT}={project}")


def stop(engine, instance_id, project):
    """Stops the running containers with their own grace period; returns how many were running."""
    containers = containers_of(engine, instance_id, project)
    set_policy(engine, containers, RUNS_ON, STAYS_STOPPED)
    running = [one["Id"] for one in containers if one["State"]["Running"]]
    if running:
        say(f"stopping {project}")
        engine.docker("stop", *running)
    return len(running)


def start(engine, instance_id, project):
    """Starts the stopped containers, oldest first, on the ports they had; returns how many there are.

    One-shot containers that ended well, such as a migration, stay as they are.
    """
    containers = containers_of(engine, instance_id, project)
    stopped = [one["Id"] for one in containers if not one["State"]["Running"] and not is_done(one)]
    if stopped:
        say(f"starting {project}")
        engine.docker("start", *stopped)
    set_policy(engine, containers, STAYS_STOPPED, RUNS_ON)
    return len(containers)


def set_policy(engine, containers, old, new):
    ids = [one["Id"] for one in containers if policy_of(one) == old]
    if ids:
        engine.docker("update", "--restart", new, *ids)


def policy_of(container):
    return container["HostConfig"]["RestartPolicy"]["Name"]


def is_done(container):
    policy = policy_of(container)
    return policy in ("", "no") and container["State"]["Status"] == "exited" and container["State"]["ExitCode"] == 0


def remove(engine, instance_id, project, gracefully=False):
    """Removes containers, networks and volumes of a project. Repeatable; returns True when there was anything."""
    marks = (f"ark.instance={instance_id}", f"{PROJECT}={project}")
    if gracefully:
        stop(engine, instance_id, project)
    ids = [container["Id"] for container in engine.containers(*marks)]
    if ids:
        say(f"removing {project}")
        engine.docker("rm", "--force", "--volumes", *ids)
    leftovers = {kind: engine.names(kind, *marks) for kind in ("network", "volume")}
    for kind, names in leftovers.items():
        if names:
            engine.docker(kind, "rm", *names)
    return bool(ids or any(leftovers.values()))
