"""Pictures of counts as static SVG: drawn by pygal, coloured by the page around them, and readable without seeing them.

pygal brings a style and a script with each picture; both are taken out, so that a page can forbid scripts, and can have
one set of colours for light, dark and print.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (no stubs)
from markupsafe import Markup

from tasks._report_text import spelled_out

_FONT_PIXELS = 11
_MOST_GUIDES = 5
_SEEN_PIXELS = 0.05


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, one for each label, of one or more series stacked on each other.

    `key`: unique on the page.  `title` and `description` are read out in place of the picture.  `series`: a name and
    as many values as there are labels.
    """

    key: str
    title: str
    description: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[int, ...]], ...]


def draw(chart: Chart, width: int, height: int, labels_shown: int, variant: str = "wide") -> Markup:
    """The chart as an SVG element of `width` to `height`, with about so many labels under the bars."""
    drawn = _stacked_bars(chart, width, height)
    drawn.x_labels_major_every = max(1, math.ceil(len(chart.labels) / labels_shown))
    totals = [sum(bar) for bar in zip(*(values for _, values in chart.series), strict=True)]
    drawn.y_labels = [{"value": value, "label": f"{value:,}"} for value in guides(totals)]
    return _finished(drawn, chart, f"{chart.key}-{variant}", f"chart {variant}")


def sparkline(chart: Chart, width: int, height: int, highest: int) -> Markup:
    """The chart without axes; `highest`: the value that fills it, so that several can be compared."""
    drawn = _stacked_bars(chart, width, height)
    drawn.show_x_labels = drawn.show_y_labels = drawn.show_y_guides = False
    drawn.range = (0, max(1, highest))
    return _finished(drawn, chart, chart.key, "spark")


def guides(totals: Sequence[int]) -> list[int]:
    """Round figures from 0 to the first that no total exceeds, at most half a dozen."""
    highest = max(totals, default=0) or 1
    magnitude = 10 ** math.floor(math.log10(highest))
    steps = (step * magnitude // 10 for step in (1, 2, 5, 10, 20, 50, 100))
    step = next(step for step in steps if step and math.ceil(highest / step) <= _MOST_GUIDES)
    return list(range(0, step * math.ceil(highest / step) + 1, step))


def _stacked_bars(chart: Chart, width: int, height: int) -> Any:
    import pygal
    from pygal.style import Style

    drawn = pygal.StackedBar(
        width=width, height=height, explicit_size=True, margin=2, spacing=6, show_legend=False, js=(),
        show_minor_x_labels=False, truncate_label=-1, formatter=lambda value: f"{value:,.0f}",
        style=Style(label_font_size=_FONT_PIXELS, major_label_font_size=_FONT_PIXELS),
    )  # fmt: skip
    drawn.x_labels = list(chart.labels)
    for name, values in chart.series:
        drawn.add(name, values)
    return drawn


def _finished(drawn: Any, chart: Chart, key: str, classes: str) -> Markup:
    """The tree that pygal made, without what it brings for itself, with names for those who do not see it."""
    root = drawn.render_tree()
    names = [name for name, _ in chart.series]
    for bars, name in zip(root.findall(".//g[@class='bars']"), names, strict=True):
        for bar in list(bars):
            told = {part.get("class"): part.text for part in bar.iterfind("desc")}
            for part in list(bar):
                if part.tag == "desc" or (part.tag == "rect" and float(part.get("height", 0)) < _SEEN_PIXELS):
                    bar.remove(part)
            if not len(bar):
                bars.remove(bar)
            for rect in bar:
                for place in ("x", "y", "width", "height"):
                    rect.set(place, f"{float(rect.get(place)):.1f}")
                rect.set("class", "rect")
                _named(rect, "title", f"{told.get('x_label', '')}: {name} {told.get('value', '')}")
    for node in list(root.iter()):
        parent = node.getparent()
        if parent is not None and (_is_extra(node) or (node.tag == "title" and parent.tag != "rect")):
            parent.remove(node)
    for name in ("width", "height", "id"):
        root.attrib.pop(name, None)
    root.set("class", classes)
    root.set("role", "img")
    root.set("aria-labelledby", f"{key}-title {key}-description")
    _named(root, "desc", chart.description, f"{key}-description")
    _named(root, "title", chart.title, f"{key}-title")
    etree.cleanup_namespaces(root)
    return Markup(etree.tostring(root, encoding="unicode"))


def _is_extra(node: Any) -> bool:
    if not isinstance(node.tag, str):  # a comment
        return True
    return node.tag in ("defs", "script") or "overlay" in (node.get("class") or "")


def _named(parent: Any, tag: str, text: str, key: str | None = None) -> None:
    node = etree.Element(tag)
    node.text = spelled_out(text)
    if key:
        node.set("id", key)
    parent.insert(0, node)
