"""What can go wrong with the local broker; every message says what to do next.

BrokerFault
├── JavaMissing          no Java 17 or later, and none could be installed
├── ArtifactsMissing     a jar cannot be had
├── ArtifactsDiffer      a jar is not the one that was reviewed
├── NameRefused          a name no certificate or secret is made for
├── NotSetUp             no broker was ever started here, or an external cluster is half described
├── Revoked              the principal was shut out and not let in again
├── NotTaken             the broker does not take, or still takes, a credential; nothing was ended
├── InUse                another process holds the directory, or a port
│   └── AlreadyRunning   the broker of this very directory answers for itself
└── StartFailed          the process ended, or did not get ready in time
"""


class BrokerFault(Exception):
    """The broker cannot be had as asked; the text is meant for the person who asked."""


class JavaMissing(BrokerFault):
    """No Java 17 or later is here, and none could be installed."""


class ArtifactsMissing(BrokerFault):
    """A jar cannot be had."""


class ArtifactsDiffer(BrokerFault):
    """A jar is not the one that was reviewed."""


class NameRefused(BrokerFault):
    """No certificate or secret is made for this name."""


class NotSetUp(BrokerFault):
    """There is nothing to connect to, or its description is incomplete."""


class Revoked(BrokerFault):
    """The principal was shut out and not let in again."""


class NotTaken(BrokerFault):
    """The broker does not take, or still takes, a credential it should not."""


class InUse(BrokerFault):
    """Another process holds the directory or one of its ports."""


class AlreadyRunning(InUse):
    """The broker of this directory is running."""


class StartFailed(BrokerFault):
    """The broker ended, or was not ready in time."""
