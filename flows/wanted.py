"""What of the things that feeds and sitemaps name a run asks for."""

from datetime import datetime, timedelta

from schemas.collected import Found
from schemas.source import Source, Window
from warehouse.collected import KnownFeed


def is_wanted(found: Found, source: Source, window: Window, now: datetime) -> bool:
    """Whether an address is of the days that are asked for; without any, whether it is not known to be old.

    A feed holds what its outlet calls new; a sitemap may hold all that it ever printed.
    """
    if window.is_backfill:
        when = found.published_at or found.modified_at
        if when is None:
            return False
        return (window.since is None or when.date() >= window.since) and (
            window.until is None or when.date() <= window.until
        )
    if source.kind != "sitemap" or found.newest is None:
        return True
    return found.newest >= now - timedelta(days=source.limits.recent_days)


def is_sitemap_wanted(found: Found, source: Source, window: Window, now: datetime, known: KnownFeed | None) -> bool:
    """Whether a sitemap that an index names can hold anything that is wanted and not known."""
    changed = found.modified_at
    if changed is None:
        return True
    if window.is_backfill:
        return window.since is None or changed.date() >= window.since
    if known and known.fetched_at and not known.failures:
        # Some indexes name only the day.
        return (
            changed + timedelta(days=1) > known.fetched_at
            if changed.time() == datetime.min.time()
            else changed > known.fetched_at
        )
    return changed >= now - timedelta(days=source.limits.recent_days)
