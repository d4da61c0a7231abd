"""The automations of automations.yaml, set up on Prefect's server as they stand there now."""

import os
from pathlib import Path
from typing import Any

from schemas.errors import UsageError

FILE = Path("automations.yaml")
#: Names an address that is told of outlets and runs in trouble, with a POST of JSON; `text` is what chats show.
WEBHOOK = "COPYDESK_WEBHOOK"
_BLOCK = "copydesk"
_PAYLOAD = (
    "{% set told = event.payload.message or (event.resource.name ~ ': ' ~ "
    "(event.payload.validated_state.message or event.event)) %}"
    '{"text": {{ told|tojson }}, "event": {{ event.event|tojson }}, "about": {{ event.resource.name|tojson }}, '
    '"message": {{ told|tojson }}, "occurred": {{ event.occurred|string|tojson }}}'
)


def set_up(client: Any, file: Path = FILE) -> int:
    """Make or change each automation by its name; how many there are.  UsageError where one is not valid.

    Those that do nothing but be seen call the address of COPYDESK_WEBHOOK as well, where there is one.  What somebody
    has switched off in the UI stays off.
    """
    import yaml
    from prefect.events.schemas.automations import AutomationCore
    from pydantic import ValidationError

    try:
        told = yaml.safe_load(file.read_text("utf-8"))["automations"]
        webhook = _webhook()
        automations = [AutomationCore.model_validate(_with_webhook(one, webhook)) for one in told]
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValidationError) as error:
        raise UsageError(f"{file}: {' '.join(str(error).split())[:300]}") from error
    for automation in automations:
        known = client.read_automations_by_name(automation.name)
        if known:
            told = automation.model_copy(update={"enabled": known[0].enabled})
            client.update_automation(known[0].id, told)
        else:
            client.create_automation(automation)
    return len(automations)


def _webhook() -> str | None:
    """The id of the block that holds the address; None where none is named."""
    address = os.environ.get(WEBHOOK)
    if not address:
        return None
    from prefect.blocks.webhook import Webhook

    hook = Webhook.model_validate({"method": "POST", "url": address, "headers": {"Content-Type": "application/json"}})
    return str(hook.save(_BLOCK, overwrite=True))


def _with_webhook(automation: dict[str, Any], webhook: str | None) -> dict[str, Any]:
    if webhook is None or automation["actions"] != [{"type": "do-nothing"}]:
        return automation
    call = {"type": "call-webhook", "block_document_id": webhook, "payload": _PAYLOAD}
    return {**automation, "actions": [call]}
