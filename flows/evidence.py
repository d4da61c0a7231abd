"""Where the fields of one document come from, for `explain`: the page is read again, which takes some milliseconds."""

from datetime import UTC, datetime

from schemas.article import Article
from schemas.document import Document
from schemas.draft import Draft
from schemas.evidence import Candidate, Evidence
from schemas.outcome import Refusal
from tasks._evidence import Candidates, copy_candidates, given_candidates, page_candidates, weigh
from tasks._urls import canonical_url, is_copy_of

#: Fields by the names that selectors of rules for outlets have.
_SELECTED = {"title": "title", "standfirst": "standfirst", "authors": "authors", "published": "published_at"}


def tell_fields(document: Document, draft: Draft, article: Article) -> list[Evidence]:
    """The evidence for each field, in the order of the record; empty of a document that has no draft."""
    if not draft.pieces:
        return []
    sure: dict[str, float] = {}
    if document.media_type == "text/html":
        found, rules = _of_page(document)
    else:
        found, rules, sure = copy_candidates(draft)
    for name, candidates in given_candidates(document.given).items():
        found[name] = [*candidates, *found.get(name, [])]
    given, own = canonical_url(document.given.url), canonical_url(draft.url)
    if given and own and is_copy_of(given, own, draft.is_amp):
        rules["url"] = "the article of which the given address is an AMP or print copy"
    return weigh(article, found, rules, sure, document.received_at or datetime.now(UTC))


def _of_page(document: Document) -> tuple[Candidates, dict[str, str]]:
    """What the page says of each field, its outlet's rules first; and the rules that settled fields, by field."""
    from tasks._block_labeller import label_blocks
    from tasks._encoding import decode
    from tasks._publisher_rules import apply_rules
    from tasks._publishers import rules_for
    from tasks.extract import parse_page, read_page, url_of

    decoded = decode(document.content, document.charset, is_html=True)
    tree = None if isinstance(decoded, Refusal) else parse_page(decoded.text)
    if tree is None or isinstance(tree, Refusal):
        return {}, {}
    url = url_of(document)
    blocks, nodes, meta = read_page(tree, url)
    if meta.page is None:
        return {}, {}
    found, rules = page_candidates(meta.page, meta.node, blocks, meta), dict(meta.rules)
    publisher = rules_for(document, meta.url or url, meta.source)
    if publisher is None:
        return found, rules
    ruled = apply_rules(publisher, tree, blocks, label_blocks(blocks, nodes).odds, meta)
    values = {
        "title": [meta.title],
        "standfirst": [meta.standfirst],
        "authors": ["; ".join(byline.text for byline in meta.bylines)],
        "published": meta.published[:1],
    }
    for name, field in _SELECTED.items():
        if name in publisher.selectors and name in ruled.missed:
            rules[field] = f"{rules.get(field) or 'the general way'}; {publisher.rule} found nothing that fits"
        elif name in publisher.selectors:
            found[field] = [Candidate(publisher.rule, value) for value in values[name] if value] + found[field]
            rules[field] = publisher.rule
    return found, rules
