"""Where plain downloads go: the repository asked for, the user's mirror, or the public one."""

from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

from services.hub.broker.faults import ArtifactsMissing

PUBLIC = "https://repo.maven.apache.org/maven2"
SETTINGS = Path("~/.m2/settings.xml")
_STANDS_FOR_CENTRAL = {"*", "central", "external:*"}


def repository_url(asked_for: str | None, settings: Path = SETTINGS) -> str:
    """The base address, without a slash at its end.

    Raises:
        ArtifactsMissing: the address is neither http nor https.
    """
    url = asked_for or mirror(settings.expanduser()) or PUBLIC
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ArtifactsMissing(f"The repository must be an http or https address, not {url!r}.")
    return url.rstrip("/")


def mirror(settings: Path) -> str | None:
    """The user's own mirror of the public repository, if their Maven settings name one."""
    try:
        root = ElementTree.parse(settings).getroot()  # noqa: S314  # the user's own file
    except (OSError, ElementTree.ParseError):
        return None
    for element in root.iterfind("{*}mirrors/{*}mirror"):
        stands_for = (element.findtext("{*}mirrorOf") or "").split(",")
        blocked = element.findtext("{*}blocked") == "true"
        if not blocked and _STANDS_FOR_CENTRAL & {name.strip() for name in stands_for}:
            return (element.findtext("{*}url") or "").strip() or None
    return None
