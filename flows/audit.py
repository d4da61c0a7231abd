"""The nightly check: whether the warehouse and the landing folder still are what they should be."""

from collections.abc import Mapping
from typing import Any

from flows.artifacts import escaped
from flows.server import flow
from flows.watch import leave_page, named_by, warn
from schemas.errors import WarehouseError
from schemas.settings import Settings
from tasks.batch import log
from warehouse.audit import audit as audit_warehouse
from warehouse.audit import verdict


@flow(name="nightly check", flow_run_name=named_by("nightly check", "warehouse"))
def audit(warehouse: str | None = None, packs_read: int = 20) -> dict[str, Any]:
    """Hold the published warehouse against what was promised (`warehouse.audit.PROMISES`); it may be in use.

    The answer is the report of `warehouse.audit.audit`.  Each fault is a warning in the log and an event
    `copydesk.warehouse.fault`; where there is one, WarehouseError is raised in the end.
    """
    settings = Settings.of(warehouse)
    report = audit_warehouse(settings.warehouse, settings.landing, packs_read)
    for note in report["notes"]:
        log(f"{note['name']}: {note['found']:,}, e.g. {note['sample'][0]}; should be: {note['says']}")
    for fault in report["faults"]:
        told = f"fault: {fault['name']}: {fault['found']:,}, e.g. {fault['sample'][0]}; should be: {fault['says']}"
        warn("copydesk.warehouse.fault", told, f"copydesk.warehouse.{settings.warehouse.stem}", fault)
    leave_page("nightly-check", verdict(report), _page(report))
    if report["faults"]:
        raise WarehouseError(verdict(report))
    log(verdict(report))
    return report


def _page(report: Mapping[str, Any]) -> str:
    """The report as Markdown."""
    lines = [f"# Nightly check of {escaped(report['warehouse'])}", ""]
    lines += ["**Faults were found.**" if report["faults"] else "All is well.", ""]
    for title, results in (("Fault", report["faults"]), ("Note", report["notes"])):
        for result in results:
            lines += [f"## {title}: {escaped(result['name'])}", ""]
            lines += [f"Should be: {escaped(result['says'])}. Not so for {result['found']:,}, such as", ""]
            lines += [f"- {escaped(', '.join(f'{k}: {v}' for k, v in row.items()))}" for row in result["sample"]] + [""]
    lines += ["## Looked at", "", "| what | how many |", "|---|---:|"]
    lines += [f"| {name.replace('_', ' ')} | {count:,} |" for name, count in report["checked"].items()]
    return "\n".join([*lines, f"| packs read byte by byte | {report['packs_read']:,} |", ""])
