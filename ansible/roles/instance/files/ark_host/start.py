"""Step start: the data project first, then the release as a project of its own beside what is live."""

import time

from . import gate, override, ports, projects
from .deployment import write_json
from .engine import say
from .errors import StepFailed


def start(deployment):
    """Returns {"project", "ports": {endpoint: host port}}."""
    compose = deployment.compose()
    for endpoint in deployment.document["endpoints"]:
        if endpoint["service"] not in compose["services"]:
            raise StepFailed("release_invalid", f"endpoint {endpoint['name']} names a service that is not there")
    start_data_project(deployment)
    return {"project": deployment.project, "ports": up_on_free_ports(deployment, compose)}


def start_data_project(deployment):
    if not deployment.release.get("data_compose"):
        return
    engine = deployment.engine
    say(f"starting {deployment.data_project}")
    engine.compose(deployment.data_project, deployment.layout.data, "up", "-d")
    try:
        gate.wait_for_containers(engine, deployment.id, deployment.data_project, engine.deadline)
    except StepFailed:
        gate.show_logs(engine, deployment.id, deployment.data_project)
        raise


def up_on_free_ports(deployment, compose):
    """Publishes on the first candidates that bind; the engine has the last word on what binds."""
    secrets = deployment.secrets()
    path = deployment.layout.release / "override.json"
    failure = None
    for published in ports.choices(deployment.document):
        write_json(path, override.for_release(deployment.document, compose, published, secrets))
        try:
            up(deployment, compose)
            return published
        except StepFailed as error:
            if not is_port_conflict(error):
                raise
            failure = error
            projects.remove(deployment.engine, deployment.id, deployment.project)
    raise StepFailed("port_unavailable", f"no port offered could be published: {failure.detail}")


def up(deployment, compose):
    """A migration runs to its end before the services; singletons wait for the switch."""
    migrate = (deployment.release.get("migrate") or {}).get("service")
    if migrate:
        say(f"migrating {deployment.project}")
        deployment.engine.compose(deployment.project, deployment.layout.release, "up", "-d", "--no-deps", migrate)
        wait_for_migration(deployment, migrate)
    later = {migrate, *deployment.release.get("singletons", [])}
    services = [name for name in sorted(compose["services"]) if name not in later]
    say(f"starting {deployment.project}")
    deployment.engine.compose(deployment.project, deployment.layout.release, "up", "-d", *services)


def wait_for_migration(deployment, service):
    while True:
        for container in projects.containers_of(deployment.engine, deployment.id, deployment.project):
            state = container["State"]
            if projects.label(container, projects.SERVICE) != service or state["Status"] != "exited":
                continue
            if state["ExitCode"] == 0:
                return
            gate.show_logs(deployment.engine, deployment.id, deployment.project)
            raise StepFailed("migration_failed", f"{service} ended{gate.ending_of(deployment.engine, container)}")
        deployment.engine.remaining()
        time.sleep(gate.EVERY_S)


def is_port_conflict(error):
    """The engine tells this by words only: 'port is already allocated', 'address already in use'."""
    return error.code == "compose_failed" and (
        "port is already allocated" in error.detail or "address already in use" in error.detail
    )
