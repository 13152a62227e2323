"""Step prepare: leftovers go, files and secrets are there, images are pulled. Nothing that is live is touched."""

from . import override, projects
from .deployment import write_json
from .engine import say
from .layout import write_private


def prepare(deployment, text):
    """Returns {"removed": [projects of killed jobs]}. `text` is release.json as it came."""
    document, layout, release = deployment.document, deployment.layout, deployment.release
    compose, data = deployment.compose(), deployment.compose("data_compose")
    removed = remove_all_but(deployment, {*document["keep"], deployment.project, deployment.data_project})
    layout.make()
    secrets = deployment.secrets()
    write_private(layout.release / "release.json", text)
    write_private(layout.release / "compose.json", release["compose"])
    if data:
        write_private(layout.data / "compose.json", release["data_compose"])
        write_json(layout.data / "override.json", override.for_data(document, data, secrets))
    deployment.stages.enter("pull")
    pull(deployment.engine, [compose, data] if data else [compose])
    return {"removed": removed}


def remove_all_but(deployment, kept, gracefully=False):
    """Removes every project of this instance that is not kept, and its files; returns their names."""
    removed = []
    for project in projects.of_instance(deployment.engine, deployment.id):
        if project not in kept:
            projects.remove(deployment.engine, deployment.id, project, gracefully)
            removed.append(project)
    folder = deployment.layout.releases
    seqs = {project.rpartition("-")[2] for project in kept}
    if folder.is_dir():
        deployment.layout.remove_releases([path.name for path in folder.iterdir() if path.name not in seqs])
    return removed


def pull(engine, composes):
    """Pulls the images that are not there; a tag that is there is taken as it is."""
    images = {service["image"] for compose in composes for service in compose["services"].values()}
    for image in sorted(images):
        if engine.try_docker("image", "inspect", "--format", "{{.Id}}", image) is None:
            say(f"pulling {image}")
            engine.docker("pull", "--quiet", image)
