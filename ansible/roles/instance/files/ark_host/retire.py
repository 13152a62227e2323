"""Steps that take something away: retire and undo after a decision, stop, destroy."""

from . import projects
from .errors import StepFailed
from .prepare import remove_all_but
from .release import is_project_of


def retire(deployment, retired, abandoned):
    """Carries out a decision. `retired` are the old projects of a switch; `abandoned` removes our own instead.

    After a switch the services that may run only once are started. Returns {"removed": [projects]}.
    """
    if abandoned:
        return undo(deployment)
    removed = []
    for project in retired:
        if not is_project_of(deployment.id, project) or project in (deployment.data_project, deployment.project):
            raise StepFailed(
                "decision_invalid", "the decision names a project that is not an old release of this instance"
            )
        if projects.remove(deployment.engine, deployment.id, project, gracefully=True):
            removed.append(project)
        deployment.layout.remove_releases([project.rpartition("-")[2]])
    if deployment.release.get("singletons"):
        deployment.engine.compose(deployment.project, deployment.layout.release, "up", "-d")
    return {"removed": removed}


def undo(deployment):
    """Removes this deployment's own project and sees to it that what was live runs.

    Our project is reported removed even if it was never there: its ports are free.
    """
    projects.remove(deployment.engine, deployment.id, deployment.project)
    deployment.layout.remove_releases([deployment.layout.seq])
    if deployment.document["action"] == "deploy":
        for project in deployment.live_projects:
            projects.start(deployment.engine, deployment.id, project)
    return {"removed": [deployment.project]}


def stop(deployment):
    """Stops the live release, then the data project; both keep their containers and ports."""
    for project in [*deployment.live_projects, deployment.data_project]:
        projects.stop(deployment.engine, deployment.id, project)
    return {"removed": []}


def destroy(deployment):
    """Removes containers, networks, volumes and files; a kept data project keeps its secrets. The fence stays."""
    kept = set(deployment.document["keep"])
    removed = remove_all_but(deployment, kept, gracefully=True)
    deployment.layout.remove_instance(keep_data=deployment.data_project in kept)
    return {"removed": removed}
