"""What the labeller sees of a block of a page beyond its words: markup, what it is called, where it hangs in the tree.

BLOCK_FEATURES names the features in order, behind those that lines have as well (`_features`).
"""

from collections.abc import Iterator, Sequence

import numpy as np

from tasks._blocks import Block, Nodes
from tasks._features import Sight, around, look_at, shifted
from tasks._markup import label_of_names, name_words
from tasks._trees import Model

TAGS = (
    "p", "div", "li", "h1", "h2", "h3", "h4", "td", "blockquote", "br", "figcaption", "section", "article", "dd",
    "header", "button", "pre",
)  # fmt: skip
AROUND = (
    "article", "main", "aside", "nav", "footer", "header", "form", "figure", "table", "ul", "blockquote", "section",
)  # fmt: skip
CALLED = (
    "comment_widget", "login_prompt", "subscribe_prompt", "share_prompt", "advert", "related_links", "legal", "caption",
    "credit", "navigation", "standfirst", "byline", "timestamp", "other",
)  # fmt: skip
_PLACES = {tag: number for number, tag in enumerate(TAGS)}
_CALLED = {kind: number for number, kind in enumerate(CALLED)}
_FLAGS = {tag: 1 << number for number, tag in enumerate(AROUND)}
#: Levels of the tree that are looked at, from the block's own element upwards.
LEVELS = 5
#: The name of an element that holds such a share of the page's prose says nothing of a single block in it.
FRAME_SHARE = 0.25
LINK = 0.5
#: A paragraph longer than this speaks no louder for prose; shorter than that, not at all.
PROSE_WORDS, FEWEST_WORDS = 80.0, 8


def block_features(blocks: Sequence[Block], nodes: Nodes, sight: Sight, classes: dict[str, float]) -> np.ndarray:
    """(blocks, len(BLOCK_FEATURES)) float32; `classes`: log-odds of class and id words of standing around a body."""
    values = np.empty((len(BLOCK_FEATURES), len(blocks)), np.float32)
    for row, (_, column) in zip(values, _columns(blocks, nodes, sight, classes), strict=True):
        row[:] = column
    return values.T


def _columns(
    blocks: Sequence[Block], nodes: Nodes, sight: Sight, classes: dict[str, float]
) -> Iterator[tuple[str, np.ndarray]]:
    count, spots = len(blocks), np.arange(len(blocks))
    node = np.array([block.node for block in blocks])
    parents = np.maximum(np.array(nodes.parents), 0)
    words = sight.shapes.words
    links = np.array([block.link_share for block in blocks], np.float32)
    is_prose = (sight.shapes.stops > 0) & (words >= FEWEST_WORDS) & (links < LINK)
    prose = np.where(is_prose, np.minimum(words, PROSE_WORDS), 0)

    # What hangs below each element: words, words in links, prose, blocks, paragraphs of prose.
    hung = np.stack([np.bincount(node, v, len(parents)) for v in (words, words * links, prose, None, is_prose)], axis=1)
    below = _summed(hung.tolist(), nodes.parents).T
    total = max(float(below[2, 0]), 1e-6)
    # Prose right below an element, or right in it: the best container has most.
    direct = np.bincount(parents[node], prose, len(parents)) + np.bincount(node, prose / 2, len(parents))
    best = int(np.argmax(direct))
    tree = _Walk(nodes, best, below[2] >= FRAME_SHARE * total, classes)

    tags = np.array([_PLACES.get(tag, -1) for tag in nodes.tags])[node]
    for number, tag in enumerate(TAGS):
        yield f"a {tag}", tags == number
    for tag, inside in zip(AROUND, tree.around, strict=True):
        yield f"in a {tag}", inside[node]
    for number, kind in enumerate(CALLED):
        yield f"called {kind}", tree.called[node] == number
    yield "no telling name nearby", tree.called_from[node]
    yield "links", links
    yield "depth", tree.depth[node]
    here = node
    for level in range(LEVELS):
        many, some = np.maximum(below[0, here], 1), np.maximum(below[3, here], 1)
        yield f"share of prose, {level} up", below[2, here] / total
        yield f"share of links, {level} up", below[1, here] / many
        yield f"words, {level} up", np.log1p(below[0, here])
        yield f"blocks, {level} up", np.log1p(below[3, here])
        yield f"prose right below, {level} up", direct[here] / max(float(direct[best]), 1e-6)
        yield f"share of blocks that are prose, {level} up", below[4, here] / some
        yield f"class words, {level} up", tree.classes[here]
        here = parents[here]
    yield "class words of all above", tree.classes_above[node]
    yield "worst class words above", tree.worst_class[node]
    yield "up to the best container", np.minimum(tree.up[node], 20)
    yield "down to the best container", np.minimum(tree.down[node], 20)
    inside = tree.down[node] == 0
    first, last = np.flatnonzero(inside)[[0, -1]] if inside.any() else (0, count - 1)
    yield "in the best container", inside
    yield "from the start of the best container", np.clip(spots - first, -40, 40)
    yield "from the end of the best container", np.clip(spots - last, -40, 40)
    for radius, mean in zip((1, 3, 8), around(links, 1, 3, 8), strict=True):
        yield f"links within {radius}", mean
    links_above, links_below = shifted(links, 1, -1)
    yield "links above", links_above
    yield "links below", links_below
    named = list(zip(nodes.tags, nodes.names, strict=True))
    number_of = {name: number for number, name in enumerate(dict.fromkeys(named))}
    alike = np.fromiter(map(number_of.__getitem__, named), np.int64, len(named))
    siblings = np.array(nodes.parents) * len(number_of) + alike
    for whose, numbers in (("siblings", siblings), ("blocks", alike)):
        which = np.unique(numbers[node], return_inverse=True)[1]
        many = np.bincount(which)
        yield f"{whose} alike", np.log1p(many)[which]
        for what, values in (("words", words), ("links", links), ("prose", is_prose)):
            yield f"{what} of {whose} alike", (np.bincount(which, values) / many)[which]


def _summed(hung: list[list[float]], parents: list[int]) -> np.ndarray:
    """What hangs on each element and all below it.  (Lists: adding rows of five in numpy costs thrice as much.)"""
    for number in range(len(parents) - 1, 0, -1):
        above, (words, links, prose, blocks, paragraphs) = hung[parents[number]], hung[number]
        above[0] += words
        above[1] += links
        above[2] += prose
        above[3] += blocks
        above[4] += paragraphs
    return np.array(hung)


class _Walk:
    """What each element of the page inherits from those around it, an entry an element.

    `around`: whether it is or stands in an element of each of AROUND.  `called`: the nearest telling name, a place in
    CALLED or -1, and `called_from` how many elements away.  `depth`.  `classes`: log-odds of its own class words;
    `classes_above`: of all above it too; `worst_class`: the lowest among them.  `up`, `down`: steps to the nearest
    element that holds the best container, and from there down to it.
    """

    def __init__(self, nodes: Nodes, best: int, is_frame: np.ndarray, classes: dict[str, float]) -> None:
        count = len(nodes.parents)
        steps_down, at = {}, best
        while at >= 0:
            steps_down[at] = len(steps_down)
            at = nodes.parents[at]
        # What elements say by themselves: those of a page share few tags and names.
        told: dict[tuple[str, str | None, str], tuple[float, int, int | None]] = {}
        called, called_from, depth, up, down, flags = ([0] * count for _ in range(6))
        own, above, worst = ([0.0] * count for _ in range(3))
        kinds = zip(nodes.tags, nodes.roles, nodes.names, strict=True)
        for number, (parent, kind, is_framing) in enumerate(zip(nodes.parents, kinds, is_frame.tolist(), strict=True)):
            if kind not in told:
                told[kind] = _told_by(*kind, classes)
            odds, flag, place = told[kind]
            own[number] = odds
            if number in steps_down:
                down[number] = steps_down[number]
            else:
                up[number], down[number] = up[parent] + 1, down[parent]
            if parent < 0:
                called[number], above[number], worst[number], flags[number] = -1, odds, min(0.0, odds), flag
            else:
                depth[number] = depth[parent] + 1
                above[number], flags[number] = above[parent] + odds, flags[parent] | flag
                worst[number] = odds if odds < worst[parent] else worst[parent]
                called[number], called_from[number] = called[parent], called_from[parent] + 1
            if place is not None and not is_framing:
                called[number], called_from[number] = place, 0
        self.called, self.called_from, self.depth = np.array(called), np.array(called_from), np.array(depth)
        self.up, self.down = np.array(up), np.array(down)
        self.classes, self.classes_above, self.worst_class = np.array(own), np.array(above), np.array(worst)
        self.around = [np.array(flags) >> number & 1 for number in range(len(AROUND))]


def _told_by(tag: str, role: str | None, names: str, classes: dict[str, float]) -> tuple[float, int, int | None]:
    """The log-odds of an element's class words, its flag of AROUND, and the place in CALLED of its telling name: -1 of
    one that is not there, None without one.
    """
    label = label_of_names(tag, role, names)
    words = dict.fromkeys(name_words(names))  # a set has another order, and sum, in each process
    place = _CALLED.get(label[0], -1) if label else None
    return sum([classes.get(word, 0.0) for word in words]), _FLAGS.get(tag, 0), place


def _names() -> tuple[str, ...]:
    block = Block("A", None, 0, "A", 0)
    nodes = Nodes([-1], ["p"], [""], [None])
    return tuple(name for name, _ in _columns([block], nodes, look_at([block], Model({}, {}, 1.0, {})), {}))


BLOCK_FEATURES: tuple[str, ...] = _names()
