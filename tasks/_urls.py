"""URLs: the canonical form, and the site."""

import re
from urllib.parse import urlsplit, urlunsplit

#: Longer ones are not addresses of articles (browsers stop at about 2,000).
_LONGEST = 2000
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HOST = re.compile(r"localhost|\d{1,3}(?:\.\d{1,3}){3}|[^\s/?#@:\[\]<>\"'\\^`{|}]+\.[^\s/?#@:\[\]<>\"'\\^`{|}.]{2,}\.?")

#: Sites that show others' AMP pages at addresses in which the page's own stands.
_AMP_CACHES = (".cdn.ampproject.org", ".bing-amp.com", "www.google.com")
_COPY_PATH = re.compile(
    r"[/.](?:amp|print(?:able|er|view)?|drucken|imprimer|imprimir|stampa|tisk|druk)(?:$|[/.])", re.I
)
_COPY_QUERY = re.compile(
    r"(?:^|&)(?:amp|print(?:able|er|view|mode)?|outputtype=amp|(?:view|mode|format|action)=print)(?:$|[&=])", re.I
)


def canonical_url(url: str | None) -> str | None:
    """The address without tracking parameters, fragment, user name and default port; http and https only.

    `example.com/x` without a scheme is taken for https.  None for anything that is no address of a page.
    """
    url = (url or "").strip().replace("&amp;", "&")
    if not url or len(url) > _LONGEST:
        return None
    if url.startswith("//"):
        url = "https:" + url
    elif not url.lower().startswith(("http://", "https://")):
        # `example.com:8080/x` looks like a scheme too; `mailto:`, `javascript:` and paths are refused.
        if url.startswith(("/", ".", "#", "?")) or (_SCHEME.match(url) and not re.match(r"[\w.-]+\.\w+:\d+", url)):
            return None
        url = "https://" + url
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or not _HOST.fullmatch(host):
        return None
    netloc = host.rstrip(".") if port in (None, 80, 443) else f"{host}:{port}"
    # `#!/story/1` is the page itself on sites that are one script
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    path = re.sub(r"\s", "%20", parts.path)
    bare = urlunsplit((parts.scheme.lower(), netloc, path, parts.query, fragment))

    from courlan import clean_url  # 0.1 s, and not every document has a URL

    try:
        cleaned = clean_url(bare)
    except (ValueError, TypeError, AttributeError, UnicodeError):
        return None  # courlan trips over some addresses that no browser opens either
    return cleaned if cleaned and cleaned.startswith(("http://", "https://")) else None


def domain_of(url: str | None) -> str | None:
    """The site of a canonical URL: its host without `www.`, `m.` or `amp.`."""
    if not url:
        return None
    host = urlsplit(url).hostname or ""
    return re.sub(r"^(?:(?:www\d?|m|mobile|amp)\.)(?=[^.]+\.)", "", host) or None


def is_copy_of(url: str, canonical: str, is_amp: bool) -> bool:
    """Whether a canonical URL is that of an AMP or print copy, and the other, which the copy names, its article's.

    `is_amp`: the page says that it is an AMP page.  Another site's copy is not the article, but for the AMP caches.
    """
    parts, site = urlsplit(url), domain_of(canonical)
    if (parts.hostname or "").endswith(_AMP_CACHES):
        return f"/{urlsplit(canonical).hostname}/" in parts.path
    if domain_of(url) != site:
        return False
    if (parts.hostname or "").startswith("amp."):
        return True
    marked = _COPY_PATH.search(parts.path) or _COPY_QUERY.search(parts.query)
    return (is_amp or bool(marked)) and not same_address(url, canonical)


def same_address(one: str, other: str) -> bool:
    """Whether two canonical URLs are one page, whatever the scheme, `www.` and the last slash."""
    return _bare(one) == _bare(other)


def same_site(one: str, other: str) -> bool:
    """Whether the host of one canonical URL is that of the other or stands below it; `www.`, `m.` and `amp.` aside."""
    a, b = domain_of(one) or "", domain_of(other) or ""
    return a == b or a.endswith("." + b) or b.endswith("." + a)


def _bare(url: str) -> str:
    return re.sub(r"^https?://(?:(?:www|m|amp)\.)?", "", url).rstrip("/").casefold()
