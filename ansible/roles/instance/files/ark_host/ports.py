"""Which of the granted candidates is published: the first that binds on the host's own address."""

import itertools
import socket

from .errors import StepFailed


def choices(document):
    """Yields {endpoint name: port} assignments, the preferred first; only ports that can be bound right now.

    Throws port_unavailable when some endpoint has no candidate left.
    """
    address = document["host"]["address"]
    free = {}
    for endpoint in document["endpoints"]:
        free[endpoint["name"]] = [port for port in endpoint["candidates"] if binds(address, port)]
        if not free[endpoint["name"]]:
            raise StepFailed("port_unavailable", f"none of the ports offered for {endpoint['name']} can be bound")
    for ports in itertools.zip_longest(*free.values()):
        fallback = [port or offered[-1] for port, offered in zip(ports, free.values())]
        yield dict(zip(free, fallback))


def binds(address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the engine does it: a connection in TIME_WAIT does not block a listener.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except OSError:
            return False
    return True
