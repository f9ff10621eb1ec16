"""The door: who said it, may they, is it well formed, whom is it about, was it said before.

Nothing a sender sees here depends on whom the hub knows: what is said of a person it does not know
waits for 72 hours and is then forgotten, and the sender's answer is the same (design §2).

    letters    what comes in, what goes out
    states     what is kept, and under which keys
    desk       the rows as one decision leaves them
    door       a letter: into the log, back, or waiting; a tick: what waited too long
    ours       what the hub's own services, its clock and its deployers say
    people     whose numbers these are
    devices    who wears a device when
    acts       what people decide, and what follows from it
    entry      into the log once, and with it whatever waited for that
    waiting    facts that wait for their person
    relearn    the rows again, where they are lost: from the log, and from the letters still kept
"""

from services.admission.domain.door import admit, forget
from services.admission.domain.letters import Admitted, Letter, Returned
from services.admission.domain.relearn import adopted_once, relearn, still_waits
from services.admission.domain.states import (
    DOOR,
    STATES,
    Device,
    Heard,
    InForce,
    KnownAs,
    LastTick,
    Person,
    Waited,
    Waiting,
    Waits,
    Worn,
)

__all__ = [
    "DOOR",
    "STATES",
    "Admitted",
    "Device",
    "Heard",
    "InForce",
    "KnownAs",
    "LastTick",
    "Letter",
    "Person",
    "Returned",
    "Waited",
    "Waiting",
    "Waits",
    "Worn",
    "admit",
    "adopted_once",
    "forget",
    "relearn",
    "still_waits",
]
