"""What `ready` reports: the containers behind the endpoints and the images that really run."""

import json

from . import projects
from .errors import StepFailed


def gather(deployment, project, containers, ports):
    """{"project", "endpoints": {name: {port, container_name, container_id}}, "image_ids": {service: …}}."""
    by_service = {projects.label(container, projects.SERVICE): container for container in containers}
    endpoints = {}
    for endpoint in deployment.document["endpoints"]:
        container = by_service.get(endpoint["service"])
        if container is None or bound_port(container, endpoint["port"]) != ports[endpoint["name"]]:
            raise StepFailed("target_missing", f"endpoint {endpoint['name']} is not published where it should be")
        endpoints[endpoint["name"]] = {
            "port": ports[endpoint["name"]],
            "container_name": container["Name"].lstrip("/"),
            "container_id": container["Id"],
        }
    return {"project": project, "endpoints": endpoints, "image_ids": image_ids(deployment.engine, by_service)}


def bound_port(container, port):
    bindings = (container["NetworkSettings"].get("Ports") or {}).get(f"{port}/tcp") or [{}]
    return int(bindings[0].get("HostPort") or 0)


def image_ids(engine, by_service):
    ids = sorted({container["Image"] for container in by_service.values()})
    digests = {}
    for image in json.loads(engine.try_docker("image", "inspect", *ids) or "[]"):
        digests[image["Id"]] = next(iter(image.get("RepoDigests") or []), None)
    found = {}
    for service, container in by_service.items():
        found[service] = {"id": container["Image"]}
        if digests.get(container["Image"]):
            found[service]["repo_digest"] = digests[container["Image"]]
    return found
