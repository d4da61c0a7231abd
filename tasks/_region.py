"""Where in a document's lines the body runs: the best run of prose, bridging what stands in between."""

from tasks._lines import Line

# Tuned by random search on the development half of the public pages (text_lines), body F1 averaged over the four sets.
# A sentence line gains its words (up to PROSE_WORDS) / WORDS_PER_POINT; every other line costs.
WORDS_PER_POINT = 12.0
PROSE_WORDS = 80.0
SHORT_SENTENCE_GAIN = 0.05
#: A line this long is prose even when it does not end as a sentence.
LONG_LINE_WORDS = 19.0
LONG_LINE_GAIN = 1.5
#: Plain short lines between two paragraphs (subheads, list items, table cells) cost up to this much together.
GAP_COST_CAP = 14.0
SHORT_LINE_COST = 1.0
MIDDLE_LINE_COST = 0.5
BULLET_FACTOR = 0.3
STAMP_COST = 1.2
#: Prompts, boxes and links between two paragraphs cost up to this much together; comments and legal lines cost in full.
BOX_COST_CAP = 5.0
KIND_COST = {
    "comment_widget": 14.0,
    "login_prompt": 5.0,
    "notification_prompt": 3.0,
    "legal": 2.5,
    "subscribe_prompt": 2.2,
    "share_prompt": 2.4,
    "related_links": 1.6,
    "navigation": 1.5,
    "byline": 0.5,
    "caption": 0.4,
    "credit": 0.4,
    "other": 0.35,
    "advert": 0.1,
}


def gain(line: Line) -> float:
    """How much a line speaks for prose; 0 for lines that are not prose."""
    if line.kind or line.stamp is not None:
        return 0.0
    if line.stops and line.words >= 8:
        return min(line.words, PROSE_WORDS) / WORDS_PER_POINT
    if line.stops and line.words >= 4:
        return SHORT_SENTENCE_GAIN
    if line.words >= LONG_LINE_WORDS:
        return LONG_LINE_GAIN * min(line.words, 60.0) / 30
    return 0.0


def _cost(line: Line) -> tuple[float, float, float]:
    """What a line that is not prose costs: as plain text in a gap, as part of a box, as an end of the article."""
    if line.kind in ("comment_widget", "legal"):
        return 0.0, 0.0, KIND_COST[line.kind]
    if line.kind:
        return 0.0, KIND_COST.get(line.kind, 1.0), 0.0
    if line.stamp is not None:
        return STAMP_COST, 0.0, 0.0
    cost = SHORT_LINE_COST if line.words < 4 else MIDDLE_LINE_COST
    return (cost * BULLET_FACTOR if line.bullet else cost), 0.0, 0.0


def find_region(lines: list[Line]) -> tuple[int, int]:
    """First and last index of the run of lines with the greatest total; (0, -1) when nothing reads like prose.

    Linear: Kadane's maximum subarray, where the costs of plain lines and of boxes in one gap are capped, so that a long
    list or a newsletter box inside an article does not end it, while a comments header or a copyright line counts in
    full.
    """
    best, best_run = 0.0, (0, -1)
    total, start = 0.0, 0
    plain = boxes = ends = 0.0
    for index, line in enumerate(lines):
        plus = gain(line)
        if plus <= 0:
            costs = _cost(line)
            plain, boxes, ends = plain + costs[0], boxes + costs[1], ends + costs[2]
            continue
        carried = total - min(plain, GAP_COST_CAP) - min(boxes, BOX_COST_CAP) - ends
        if total <= 0 or carried <= 0:
            carried, start = 0.0, index
        total = carried + plus
        plain = boxes = ends = 0.0
        if total > best:
            best, best_run = total, (start, index)
    return best_run
