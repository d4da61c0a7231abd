"""Pages whose article goes on for subscribers: whether only a teaser is shown, whether what is shown breaks off."""

from collections.abc import Sequence

from schemas.draft import BODY, Piece
from tasks._blocks import Block
from tasks._markup import Labels
from tasks._metadata import Metadata

#: An article that is not free has fewer words only as a teaser; one that stands by a paywall, fewer still.
_TEASER_WORDS, _TEASER_WORDS_BY_WALL = 250, 120
#: Of an article that is not free there is more where its JSON-LD counts so many times the words.
_MORE_WORDS = 1.5
_PROMPTS = frozenset(("subscribe_prompt", "login_prompt"))


def is_teaser(meta: Metadata, blocks: Sequence[Block], labels: Labels, body_words: int) -> bool:
    """The page says that it is not free, or names a paywall, and shows little."""
    if meta.is_free is False:
        return body_words < _TEASER_WORDS
    if body_words >= _TEASER_WORDS_BY_WALL:
        return False
    return any(labels.of(b.element) == ("subscribe_prompt", "class:paywall") for b in blocks)


def breaks_off(meta: Metadata, pieces: Sequence[Piece], body_words: int) -> bool:
    """The page says that it, or a part of it, is not free, and its body has no end: it trails off, a prompt to
    subscribe follows words in mid-sentence, or the article has many more words by its own count.
    """
    if meta.is_free is not False and not meta.is_partly_paid:
        return False
    last = max((n for n, piece in enumerate(pieces) if piece.kind == BODY), default=None)
    if last is None:
        return False
    end = pieces[last].text.rstrip("\"'”’»)] ")
    if end.endswith(("...", "…")) or (meta.stated_words or 0) >= _MORE_WORDS * body_words:
        return True
    is_open = end[-1:].islower() or end.endswith(",")
    return is_open and last + 1 < len(pieces) and pieces[last + 1].kind in _PROMPTS
