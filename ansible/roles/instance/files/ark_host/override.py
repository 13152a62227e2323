"""The generated override: ports, labels, restart policy, log rotation, and inputs and secrets as environment.

Pure functions. The canonical file is never edited; Compose lays this one over it.
"""

# An engine that died takes its containers for stopped on purpose when it comes back, and leaves those that run
# `unless-stopped` lying (moby shuts them down in restore). What this script stops itself gets the other policy.
RUNS_ON = "always"
STAYS_STOPPED = "unless-stopped"
RELEASE = "release"
DATA = "data"
LOG_ROTATION = {"driver": "json-file", "options": {"max-size": "10m", "max-file": "3"}}


def for_release(document, compose, ports, secrets):
    """The override of the release project. `ports` = {endpoint name: host port}."""
    labels = labels_of(document, RELEASE)
    migrate = (document["release"].get("migrate") or {}).get("service")
    services = {}
    for name, service in compose["services"].items():
        services[name] = common(service, labels)
        services[name]["environment"] = escaped(environment_of(name, document, secrets))
        if name == migrate:
            services[name]["restart"] = "no"
    for endpoint in document["endpoints"]:
        published = f"{in_brackets(document['host']['address'])}:{ports[endpoint['name']]}:{endpoint['port']}"
        services[endpoint["service"]].setdefault("ports", []).append(published)
    override = {"services": services, **labelled(compose, labels)}
    if document["release"].get("data_compose"):
        override["networks"]["data"] = {"external": True, "name": data_project(document)}
    return override


def for_data(document, compose, secrets):
    """The override of the data project: its network gets the name that the release joins."""
    labels = labels_of(document, DATA)
    services = {}
    for name, service in compose["services"].items():
        services[name] = {**common(service, labels), "environment": escaped(secrets)}
    override = {"services": services, **labelled(compose, labels)}
    override["networks"]["data"]["name"] = data_project(document)
    return override


def data_project(document):
    return f"{document['instance_id']}-data"


def labels_of(document, role):
    labels = {
        "ark.instance": document["instance_id"],
        "ark.seq": document["seq"],
        "ark.release": document["release"]["id"],
        "ark.role": role,
    }
    if role == DATA:
        # A label that changes with every deployment would make Compose recreate the database each time.
        del labels["ark.seq"], labels["ark.release"]
    return labels


def common(service, labels):
    override = {"labels": labels, "logging": LOG_ROTATION, "restart": RUNS_ON}
    if "init" not in service:
        override["init"] = True
    return override


def environment_of(name, document, secrets):
    """What one release service gets: secrets, the inputs that name it or no service, and who it is."""
    environment = dict(secrets)
    for entry in document["release"].get("inputs", []):
        if not entry.get("services") or name in entry["services"]:
            environment[entry["env"]] = entry["value"]
    return {**environment, "ARK_INSTANCE": document["instance_id"], "ARK_RELEASE": document["release"]["id"]}


def escaped(environment):
    """Compose fills `$NAME` in from its own environment; `$$` stands for a plain `$`."""
    return {name: value.replace("$", "$$") for name, value in environment.items()}


def labelled(compose, labels):
    """Labels for networks and volumes. Compose v1 replaces a whole network or volume, so its own keys are repeated."""
    parts = {}
    for kind, names in (("networks", used_networks(compose)), ("volumes", compose.get("volumes") or {})):
        declared = compose.get(kind) or {}
        if names:
            parts[kind] = {name: {**(declared.get(name) or {}), "labels": labels} for name in sorted(names)}
    return parts


def used_networks(compose):
    """Names of the networks that services join; `default` for those that name none."""
    names = set()
    for service in compose["services"].values():
        names.update(service.get("networks") or ["default"])
    return names


def in_brackets(address):
    return f"[{address}]" if ":" in address else address
