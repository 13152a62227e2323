"""One deployment at work on this host: what the claim granted, its folders, the engine."""

import json

from . import compose_check, secret_store
from .layout import write_private
from .stages import Stages


class Deployment:
    """Gathers what every step needs; holds no state of its own beyond that."""

    def __init__(self, document, layout, engine, rules, step):
        self.document = document
        self.layout = layout
        self.engine = engine
        self._rules = rules
        self.id = document["instance_id"]
        self.project = document["project"]
        self.data_project = f"{self.id}-data"
        self.release = document.get("release") or {}
        self.stages = Stages.of_step(step, self.live_projects)

    @property
    def live_projects(self):
        """The release projects to keep: what is live now."""
        return [project for project in self.document["keep"] if project not in (self.data_project, self.project)]

    def compose(self, part="compose"):
        """The checked document `compose` or `data_compose`; None when the release has no data project."""
        text = self.release.get(part)
        return compose_check.parse(text, self.release[f"{part}_digest"], self._rules) if text else None

    def secrets(self):
        """{name: value}, made here when they never existed. Throws secrets_missing."""
        has_data = bool(self.engine.names("volume", f"ark.instance={self.id}", "ark.role=data"))
        values = secret_store.provide(self.layout.secrets, self.release.get("secrets", []), has_data)
        inputs = [entry["value"] for entry in self.release.get("inputs", []) if entry.get("secret")]
        self.engine.hide([*values.values(), *inputs])
        return values


def write_json(path, value):
    write_private(path, json.dumps(value, sort_keys=True, indent=1))
