"""Rules for an outlet: drafted from one of its pages, and held against the golden pages beside them."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from flows.document import make_article
from flows.pool import Pool
from schemas.document import Document
from schemas.errors import UsageError
from schemas.outcome import Refusal
from schemas.settings import Settings, is_own_project, project
from tasks._block_labeller import label_blocks
from tasks._blocks import Block
from tasks._encoding import decode
from tasks._publisher_rules import select
from tasks._publishers import find_publisher, load_publishers, read_publisher
from tasks._sniff import unpacked_name
from tasks._urls import domain_of
from tasks._zones import read_zone, zone_pattern
from tasks.extract import parse_page, read_page

_GOLDEN = Path(__file__).parent.parent / "tests" / "golden" / "publishers"
#: What a golden record holds, of what `extract` prints.
GOLDEN_FIELDS = ("title", "standfirst", "authors", "published_at", "source", "language")
#: Of a page that is refused for these there is nothing to draft from; others may be what rules are to mend.
_USELESS = frozenset(("empty", "timeout", "too_large", "unreadable", "unsupported_type"))
#: Share of the body, in characters, that its container must hold.
_NEARLY_ALL = 0.95
#: Names made anew with each build of a site (`css-1q2w3e`, `post-48213`) say nothing tomorrow.
_PASSING = re.compile(r"\d{2,}|^(?:css|sc|jsx|emotion|svelte)-|[^\w-]|^\d|_{2,}[A-Za-z0-9]{5,}$")


def golden_folder() -> Path:
    """Where the golden pages are: in the project, or with the tests."""
    return project() / "golden" if is_own_project() else _GOLDEN


def draft(document: Document, folder: Path | None = None, golden: Path | None = None) -> list[Path]:
    """Write a rule file for the outlet of a page, and the page with its record as a golden pair; the paths written.

    The selectors are what the general way found, commented out: a rule is for what it gets wrong.  UsageError when
    the page does not say where it is from, is no HTML, holds no article, or has rules already.
    """
    folder, golden = folder or project() / "publishers", golden or golden_folder()
    seen: Any = document.refusal
    if seen is None:
        if document.media_type != "text/html":
            raise UsageError(f"{document.origin} is no HTML page; rules with selectors are for those")
        with Pool(replace(Settings(), workers=1), _look, lambda _, refusal: refusal) as pool:  # it may take for ever
            (seen,) = pool.map([document])
    if isinstance(seen, Refusal):
        why = seen.detail.rstrip(".")
        raise UsageError(
            f"{document.origin} cannot be drafted from ({', '.join(seen.reasons)}: {why}); name another page"
        )
    record, selectors = seen
    domain = domain_of(record["url"])
    if not domain:
        raise UsageError(f"{document.origin} does not say where it is from; fetch it by its URL, or put a "
                         "<link rel=canonical> into it")  # fmt: skip
    if known := find_publisher(domain, None, folder):
        raise UsageError(f"{domain} has rules already, in {folder / known.key}.toml; edit those")
    key = re.sub(r"\W+", "_", domain)
    folder.mkdir(parents=True, exist_ok=True)
    rules, folder_of_pages = folder / f"{key}.toml", golden / key
    stem = unpacked_name(Path(document.origin).name).removesuffix(".html")
    name = re.sub(r"[^\w-]+", "-", stem)[-60:] or "page"
    page, expected = folder_of_pages / f"{name}.html", folder_of_pages / f"{name}.json"
    for path in (rules, page):
        if path.exists():
            raise UsageError(f"{path} is there already; move it away first")
    folder_of_pages.mkdir(parents=True, exist_ok=True)
    rules.write_text(_rules(domain, record, selectors), encoding="utf-8")
    page.write_bytes(document.content)
    expected.write_text(json.dumps(expected_of(record), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    read_publisher(rules)
    return [rules, page, expected]


def _look(document: Document, _: Settings) -> tuple[dict[str, Any], dict[str, str]] | Refusal:
    """The record of a page, and by field a selector of what the general way found; why it is no use, if it is none."""
    article = make_article(document, Settings())
    if _USELESS & set(article.reasons):
        return Refusal(article.reasons, article.stage or "read", article.detail or "nothing of it can be read")
    decoded = decode(document.content, document.charset, is_html=True)
    if isinstance(decoded, Refusal):
        return decoded
    tree = parse_page(decoded.text)
    return tree if isinstance(tree, Refusal) else (article.as_record(), dict(_selectors(tree)))


def expected_of(record: dict[str, Any]) -> dict[str, Any]:
    """What a golden file says of a page: fields, the body's paragraphs, and the captions."""
    body = record["body"].split("\n\n") if record["body"] else []
    return {**{name: record[name] for name in GOLDEN_FIELDS}, "body": body, "captions": record["captions"]}


def check(folder: Path | None = None, golden: Path | None = None) -> list[dict[str, str]]:
    """What does not fit: a row a difference, with `publisher`, `page`, `what`, `wanted`, `found`; empty when all does.

    UsageError for a file of rules that is wrong.
    """
    load_publishers(folder or project() / "publishers")
    golden = golden or golden_folder()
    wrong: list[dict[str, str]] = []
    for path in sorted(golden.glob("*/*.json")):
        page = path.with_suffix(".html")
        if not page.exists():
            raise UsageError(f"{path} has no page beside it; there should be a {page.name}")
        record = make_article(page_of(page), Settings()).as_record()
        row = {"publisher": path.parent.name, "page": page.name}
        found = expected_of(record)
        for what, wanted in json.loads(path.read_text(encoding="utf-8")).items():
            if found.get(what) != wanted:
                wrong.append({**row, "what": what, **_first_difference(wanted, found.get(what))})
        if "publisher_rule_missed" in record["flags"]:
            wrong.append({**row, "what": "rules", "wanted": "all selectors fit", "found": "one finds nothing"})
    return wrong


def page_of(path: Path) -> Document:
    """A golden page, as a document of its own."""
    from tasks.read import read_input

    return replace(next(iter(read_input(str(path), Settings()))), received_at=None)


def _first_difference(wanted: Any, found: Any) -> dict[str, str]:
    if isinstance(wanted, list) and isinstance(found, list):
        for number in range(max(len(wanted), len(found))):
            one, other = (part[number] if number < len(part) else None for part in (wanted, found))
            if one != other:
                return {"wanted": f"{number + 1}: {one}", "found": f"{number + 1}: {other}"}
    return {"wanted": str(wanted), "found": str(found)}


# --- drafting


def _rules(domain: str, record: dict[str, Any], selectors: dict[str, str]) -> str:
    zone = _zone_of(record) or "Europe/London"
    lines = [
        f"# {record['source'] or domain}.  Take the # off what the general way gets wrong; leave the rest to it.",
        f"name = {_quoted(record['source'] or domain)}",
        f"domains = [{_quoted(domain)}]",
        f"# zone = {_quoted(zone)}  # of the clock that it prints, for times that name no zone",
        "# valid_until = 2099-12-31  # the last day whose pages the rules below fit",
        "",
        "[html]",
        *(f"# {name} = {_quoted(selector)}" for name, selector in selectors.items()),
        "",
        "[remove]",
        '# related_links = ["aside.more"]  # kinds of removed pieces, and where they stand',
        "",
        "[phrases]",
        '# subscribe_prompt = ["Support the news of your town"]  # whole lines, in pages and plain text',
    ]
    return "\n".join(lines) + "\n"


def _zone_of(record: dict[str, Any]) -> str | None:
    """The IANA zone that the page's own time names (`BST`); an offset names none."""
    named = zone_pattern().search(record["published_raw"] or "") if record["published_basis"] == "zone" else None
    found = read_zone(named[0], record["language"], None) if named else None
    return getattr(found[0], "key", None) if found else None


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _selectors(tree: Any) -> Iterator[tuple[str, str]]:
    """By field, a selector of what the general way found on the page."""
    blocks, nodes, meta = read_page(tree, None)
    body = _container(blocks, label_blocks(blocks, nodes).odds)
    heading = next((h for h in tree.iter("h1")), None)
    shown = {
        "body": body,
        "title": heading,
        "authors": next((blocks[n].element for n in sorted(meta.bylines_shown)), None),
        "published": next((blocks[n].element for n in sorted(meta.dates_shown)), None),
    }
    for name, element in shown.items():
        if element is not None and element.tag != "body" and (selector := css_of(tree, element)):
            yield name, selector


def _container(blocks: list[Block], odds: np.ndarray) -> Any | None:
    """The innermost element that holds nearly all of the body."""
    mass: dict[Any, int] = {}
    total = 0
    for block, sure in zip(blocks, odds.tolist(), strict=False):
        if sure > 0.5:
            total += len(block.key)
            for element in (block.element, *block.element.iterancestors()):
                mass[element] = mass.get(element, 0) + len(block.key)
    holding = [element for element, chars in mass.items() if chars >= _NEARLY_ALL * total]
    return max(holding, key=lambda element: len(list(element.iterancestors())), default=None)


def css_of(tree: Any, element: Any) -> str | None:
    """A selector whose first match is `element`: by id, class or itemprop, under a named ancestor where need be."""
    own = _names(element)
    above = [name for parent in element.iterancestors() for name in _names(parent)[:1] if name != parent.tag]
    for selector in (*own, *(f"{name} {one}" for one in own for name in above)):
        found = select(tree, selector)
        if found and found[0] is element:
            return selector
    return None


def _names(element: Any) -> list[str]:
    """What an element can be called, the more lasting names first, its tag last."""
    tag = element.tag
    names = []
    if (value := element.get("id")) and not _PASSING.search(value):
        names.append(f"{tag}#{value}")
    if (value := element.get("itemprop")) and not _PASSING.search(value):
        names.append(f'{tag}[itemprop="{value}"]')
    names += [f"{tag}.{name}" for name in (element.get("class") or "").split() if not _PASSING.search(name)]
    return [*names, tag]
