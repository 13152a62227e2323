"""Which stages a step went through and how long ago, for the pages. Times are relative: hosts have clocks of their own."""

import time

# The stage that the job told before it started the step.
TOLD = {"prepare": "prepare", "start": "start", "stop": "stop", "retire": "retire", "destroy": "retire"}


class Stages:
    """Notes what ends and what begins. `stage` is the one that was told already; None: nobody wants to know."""

    def __init__(self, stage):
        self._stage = stage
        self._marks = []

    @classmethod
    def of_step(cls, step, live_projects):
        if step == "recreate":
            return cls("stop" if live_projects else "start")
        return cls(TOLD.get(step))

    def enter(self, stage):
        """The present stage is over and this one begins; nothing when it has begun already."""
        if self._stage in (None, stage):
            return
        self.finish()
        self._note(stage, "started")
        self._stage = stage

    def finish(self):
        if self._stage is not None:
            self._note(self._stage, "done")

    def as_facts(self):
        now = time.monotonic()
        return [
            {"stage": stage, "status": status, "ago_ms": int((now - at) * 1000)} for stage, status, at in self._marks
        ]

    def _note(self, stage, status):
        self._marks.append((stage, status, time.monotonic()))
