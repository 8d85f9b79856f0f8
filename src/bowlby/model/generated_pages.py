"""Generated parts of hand-written pages: what stands between two marks is made by code, the rest is a person's."""

from __future__ import annotations


def replace_between(page: str, marks: tuple[str, str], text: str) -> str:
    """Return a page with a generated text between its two marks.

    Args:
        page: markdown that holds both marks once, in order.
        marks: where the text begins and ends.
        text: what code makes.

    Returns:
        The page with what stood between the marks replaced.

    Raises:
        ValueError: a mark is missing.
    """
    before, begin, rest = page.partition(marks[0])
    _, end, after = rest.partition(marks[1])
    if not begin or not end:
        raise ValueError(f"the page lacks the marks {marks[0]!r} and {marks[1]!r} in this order")
    return f"{before}{begin}\n\n{text}\n\n{end}{after}"
