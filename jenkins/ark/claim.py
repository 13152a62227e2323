"""Subcommand claim: asks leave to touch the host, and lays out what the later stages need."""

import ipaddress
import os
import re
import time
from datetime import datetime, timezone

from .console import Stop, say
from .exchange import Message
from .refusals import line_for

PROTOCOL = 1
# Before there is a deadline. The coordinator may be restarting; the pipeline's own timeout is longer.
CLAIM_S = 600
# The agent gives up before the coordinator does, so that a failure is told by who knows it.
MARGIN_S = 30

GRAMMAR = {
    "seq": re.compile(r"[1-9][0-9]{0,14}"),
    "instance_id": re.compile(r"[a-z0-9][a-z0-9_-]{0,62}"),
    "deployment_id": re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"),
    "user": re.compile(r"[a-z_][a-z0-9_-]{0,31}"),
    "host_key": re.compile(r"(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) [A-Za-z0-9+/]{16,8000}={0,3}"),
}
ACTIONS = ("deploy", "stop", "start", "destroy")
# Goes to the host; lease and host key stay on the agent.
FOR_THE_HOST = ("instance_id", "deployment_id", "seq", "action", "keep", "project", "endpoints")


def claim(folder, coordinator, environment=os.environ):
    """Claims, checks the answer against the grammars, writes claim.json, release.json, inventory, known_hosts."""
    answer = coordinator.tell(Message("claim", claim_message(environment)), time.time() + CLAIM_S)
    if answer.status != 200:
        raise Stop(f"claim refused, the host is not touched: {line_for(answer)}", answer.code)
    granted = answer.body
    check(granted)
    folder.make()
    folder.remove_forgotten()
    host = granted["host"]
    folder.write("release", for_the_host(granted))
    folder.write_text("known_hosts", known_hosts_line(host))
    folder.write("inventory", inventory(host))
    folder.write("claim", {name: value for name, value in granted.items() if name != "release"})
    say(f"claim granted: {granted['action']} of {granted['instance_id']} on {host['address']}, seq {granted['seq']}")


def claim_message(environment):
    job, number = environment.get("JOB_NAME", ""), environment.get("BUILD_NUMBER", "")
    if not job or not number.isdigit():
        raise Stop("JOB_NAME and BUILD_NUMBER are not set: this runs in a Jenkins build only")
    message = {"protocol": PROTOCOL, "job": job, "build_number": int(number)}
    for field in ("deployment_id", "instance_id"):
        if environment.get(field.upper()):
            message[field] = environment[field.upper()]
    return message


def check(granted):
    """Throws Stop when a value does not fit: only what passed may reach a command line or Ansible."""
    try:
        host = granted["host"]
        values = {**host, **granted}
        for field, grammar in GRAMMAR.items():
            demand(isinstance(values[field], str) and grammar.fullmatch(values[field]), field)
        ipaddress.ip_address(host["address"])
        demand(type(host["port"]) is int and 0 < host["port"] < 65536, "host.port")
        demand(granted["action"] in ACTIONS, "action")
        demand(granted["project"] == f"{granted['instance_id']}-{granted['seq']}", "project")
        demand(all(is_project(granted["instance_id"], project) for project in granted["keep"]), "keep")
        demand(isinstance(granted["lease"], str) and granted["lease"], "lease")
        deadline_of(granted)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Stop(f"the claim's answer is not well formed ({type(error).__name__})", "claim_invalid") from error


def is_project(instance_id, project):
    head, _, tail = str(project).rpartition("-")
    return head == instance_id and (tail == "data" or GRAMMAR["seq"].fullmatch(tail) is not None)


def demand(holds, field):
    if not holds:
        raise Stop(f"the claim's answer is not well formed ({field})", "claim_invalid")


def deadline_of(granted):
    """The deployment's deadline in time.time() seconds."""
    moment = datetime.fromisoformat(str(granted["deadline"]).replace("Z", "+00:00"))
    return moment.replace(tzinfo=moment.tzinfo or timezone.utc).timestamp()


def for_the_host(granted):
    document = {name: granted[name] for name in FOR_THE_HOST}
    document["host"] = {"address": granted["host"]["address"]}
    for name in ("release", "health", "strategy", "drain_s"):
        if name in granted:
            document[name] = granted[name]
    return document


def known_hosts_line(host):
    return f"[{host['address']}]:{host['port']} {host['host_key']}\n{host['address']} {host['host_key']}\n"


def inventory(host):
    """One host named `client`; nothing in it is free text."""
    return {
        "all": {
            "hosts": {
                "client": {
                    "ansible_host": host["address"],
                    "ansible_port": host["port"],
                    "ansible_user": host["user"],
                    "ansible_become": bool(host.get("sudo")),
                    "ansible_python_interpreter": "/usr/bin/python3",
                }
            }
        }
    }
