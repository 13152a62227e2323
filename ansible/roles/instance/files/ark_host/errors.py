"""Failures of a step, as the agent reports them."""

EXIT_OK = 0
EXIT_FAILED = 3
EXIT_STALE = 4


class StepFailed(Exception):
    """A step that ended badly: a code of the callbacks' vocabulary, a sentence for people, and facts."""

    exit_code = EXIT_FAILED

    def __init__(self, code, detail, **facts):
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.facts = facts

    def as_result(self):
        return {"error": self.code, "detail": self.detail, **self.facts}


class StaleSeq(StepFailed):
    """The host has seen a newer deployment of this instance: this one must touch nothing any more."""

    exit_code = EXIT_STALE

    def __init__(self, host_seq):
        super().__init__(
            "stale_seq",
            f"the host already knows deployment {host_seq} of this instance",
            host_seq=host_seq,
        )
