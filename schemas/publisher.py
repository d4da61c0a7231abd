"""What is known of an outlet beforehand; one file of `seeds/publishers/` each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Publisher:
    """An outlet.

    `name`: as `source` gives it.  `domains`: its sites, without `www.`; a subdomain of one is the outlet's too.
    `also_known_as`: other names under which copy comes.  `zone`: the IANA zone of the clock that it prints, used for
    times that name no zone.
    """

    name: str
    domains: tuple[str, ...] = ()
    also_known_as: tuple[str, ...] = ()
    zone: str | None = None
