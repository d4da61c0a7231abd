"""Relations between articles: those with the same words are linked and grouped."""

from warehouse.store import Store


def relate(store: Store) -> None:
    """Bring `same_text` links and `near_duplicate_of` up to date with what was loaded since the last time.

    A link is one row, with the smaller article_id first.  Of a group the article published first stands for all,
    else the fullest, else the one with the smallest id; the others name it in `near_duplicate_of`.
    """
    store.relate_same_text()
