"""The health gate: containers run and are healthy, the published ports answer, before anything is reported ready."""

import http.client
import socket
import time

from . import projects
from .engine import say
from .errors import StepFailed

EVERY_S = 0.2
TRY_S = 2
RESTARTS_ALLOWED = 2
LOG_LINES = "30"


def pass_gate(engine, document, project, ports):
    """Waits until the project is healthy; returns its containers. `ports` = {endpoint name: host port}.

    Throws container_failed or health_gate_failed, after showing the containers' last lines in the log.
    """
    deadline = min(engine.deadline, time.monotonic() + float(document["health"]["timeout_s"]))
    silent = list(document["endpoints"])
    try:
        while True:
            containers = wait_for_containers(engine, document["instance_id"], project, deadline)
            found = {endpoint["name"]: answer_of(document, endpoint, ports[endpoint["name"]]) for endpoint in silent}
            silent = [endpoint for endpoint in silent if found[endpoint["name"]] is not None]
            if not silent:
                return containers
            if time.monotonic() >= deadline:
                words = ", ".join(f"endpoint {one['name']}: {found[one['name']]}" for one in silent)
                raise StepFailed("health_gate_failed", f"not healthy in time: {words}")
            time.sleep(EVERY_S)
    except StepFailed:
        show_logs(engine, document["instance_id"], project)
        raise


def wait_for_containers(engine, instance_id, project, deadline):
    while True:
        containers = projects.containers_of(engine, instance_id, project)
        waiting = [words for one in containers if (words := problem(engine, one))]
        if containers and not waiting:
            return containers
        if time.monotonic() >= deadline:
            raise StepFailed("health_gate_failed", f"not healthy in time: {', '.join(waiting) or 'no containers'}")
        time.sleep(EVERY_S)


def problem(engine, container):
    """What a container still lacks, or None. Throws container_failed or health_gate_failed when waiting is of no use."""
    state = container["State"]
    service = projects.label(container, projects.SERVICE)
    if projects.is_done(container):
        return None
    health = (state.get("Health") or {}).get("Status", "none")
    if container["RestartCount"] > RESTARTS_ALLOWED:
        raise StepFailed("container_failed", f"{service} keeps restarting{ending_of(engine, container)}")
    if state["Status"] in ("exited", "dead") and not state.get("Restarting"):
        raise StepFailed("container_failed", f"{service} ended{ending_of(engine, container)}")
    if health == "unhealthy":
        raise StepFailed("health_gate_failed", f"{service} is unhealthy")
    if state["Status"] != "running" or health not in ("none", "healthy"):
        return f"{service} is {state['Status'] if health == 'none' else health}"
    return None


def ending_of(engine, container):
    """Exit code and cause of the last ending: what the engine says of it, else the container's last line."""
    state = container["State"]
    # of a container that runs once more the engine says 0
    code = "" if state["Status"] == "running" else f" (exit code {state['ExitCode']})"
    cause = state.get("Error") or engine.last_line(container["Id"])
    return f"{code}: {cause}" if cause else code


def answer_of(document, endpoint, port):
    """None when the endpoint answers as it should, else words. The health path is the primary endpoint's."""
    address = document["host"]["address"]
    if not endpoint["primary"]:
        return tcp_fault(address, port)
    found = http_status(address, port, document["health"]["path"])
    return None if isinstance(found, int) and 200 <= found < 400 else f"{found} on port {port}"


def http_status(address, port, path):
    """The status of one GET, redirects not followed, or words that say why there is none."""
    connection = http.client.HTTPConnection(address, port, timeout=TRY_S)
    try:
        connection.request("GET", path, headers={"User-Agent": "ark-gate", "Connection": "close"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"no answer ({type(error).__name__})"
    finally:
        connection.close()


def tcp_fault(address, port):
    try:
        socket.create_connection((address, port), timeout=TRY_S).close()
    except OSError as error:
        return f"no answer on port {port} ({type(error).__name__})"
    return None


def show_logs(engine, instance_id, project):
    """Puts the last lines of every container into the build's log; the agent redacts and bounds them."""
    for container in projects.containers_of(engine, instance_id, project):
        name = container["Name"].lstrip("/")
        say(f"last lines of {name} ({container['State']['Status']}):")
        engine.show("logs", "--tail", LOG_LINES, container["Id"])
