"""In which order Prefect's server takes events up for automations: its own way, but nothing waits for what never comes.

An event waits until the one that it follows was seen, or for 15 minutes.  The first event of a run that a schedule
made, Pending (or Late), follows one that Prefect 3.8.8 does not send: its having been scheduled.  So the whole chain
behind it is 15 minutes late: a failed run is told late, and each that completes is taken for a killed one, in vain
(PrefectHQ/prefect#21932).  `copydesk up` names this module to its server: PREFECT_SERVER_EVENTS_CAUSAL_ORDERING.
"""

from typing import TYPE_CHECKING

from prefect.server.events.ordering import memory

if TYPE_CHECKING:
    from prefect.server.events.schemas.events import ReceivedEvent

_FIRST = ("prefect.flow-run.Pending", "prefect.flow-run.Late")


class CausalOrdering(memory.CausalOrdering):
    """Prefect's order, kept in memory."""

    async def wait_for_leader(self, event: "ReceivedEvent") -> None:
        """Return when it is the event's turn; EventArrivedEarly where it is not yet."""
        if event.event not in _FIRST:
            await super().wait_for_leader(event)
