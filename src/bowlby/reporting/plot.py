"""Figures outside a report: they show themselves in a notebook, and are saved as svg, png or one html page."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bowlby.atomic import write_text, writing
from bowlby.errors import InputError, suggestion
from bowlby.reporting.blocks import ReportBlock
from bowlby.reporting.figure import Figure
from bowlby.reporting.sections import Section, sections_html
from bowlby.reporting.vega import drawing, picture

FORMATS = (".svg", ".png", ".html")


@dataclass(frozen=True, repr=False)
class Plot:
    """Figures of one result.

    Args:
        title: of the result.
        figures: at least one.
    """

    title: str
    figures: tuple[Figure, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the figures."""
        return tuple(figure.name for figure in self.figures)

    def __len__(self) -> int:
        """Return how many figures there are."""
        return len(self.figures)

    def __iter__(self) -> Iterator[Plot]:
        """Give each figure as a plot of its own."""
        return (Plot(figure.title, (figure,)) for figure in self.figures)

    def __getitem__(self, name: str | int) -> Plot:
        """Return one figure as a plot of its own.

        Args:
            name: of the figure, or its place.

        Raises:
            InputError: there is no such figure.
        """
        if isinstance(name, int):
            return Plot(self.figures[name].title, (self.figures[name],))
        for figure in self.figures:
            if figure.name == name:
                return Plot(figure.title, (figure,))
        remedy = f"{suggestion(name, self.names)}There is: {', '.join(self.names)}."
        raise InputError("there is no such figure", value=name, remedy=remedy)

    def svg(self) -> tuple[str, ...]:
        """Return each figure as an SVG element."""
        return tuple(map(drawing, self.figures))

    def png(self) -> tuple[bytes, ...]:
        """Return each figure as the bytes of a PNG file."""
        return tuple(map(picture, self.figures))

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Save the figures: one page for .html; of several figures one file each for .svg and .png, their names added.

        Args:
            path: ends in .svg, .png or .html.
            force: replace what is there.

        Returns:
            The path written, of several the first.

        Raises:
            InputError: the ending is none of these.
            OverwriteError: there is something and force is False.
            OutputError: it cannot be written.
        """
        path = Path(path)
        ending = path.suffix.lower()
        if ending not in FORMATS:
            remedy = f"End the name in {', '.join(FORMATS)}."
            raise InputError("figures have no such format", file=path, value=path.suffix, remedy=remedy)
        if ending == ".html":
            return self.save_page(path, force=force)
        single = len(self.figures) == 1
        paths = [path if single else path.with_stem(f"{path.stem}-{name}") for name in self.names]
        for figure, target in zip(self.figures, paths, strict=True):
            content = drawing(figure).encode() if ending == ".svg" else picture(figure)
            with writing(target, force=force) as draft:
                draft.write_bytes(content)
        return paths[0]

    def save_page(self, path: str | Path, *, force: bool = False) -> Path:
        """Save the figures as one HTML page, whatever the name's ending.

        Args:
            path: of the page.
            force: replace what is there.

        Returns:
            The path written.
        """
        return write_text(path, self.page(), force=force)

    def page(self) -> str:
        """Return one HTML document that opens offline."""
        from bowlby.cache import cache_folder

        return sections_html(
            self.title, "", [Section("figures", "Figures", (ReportBlock("", figures=self.figures),))], cache_folder()
        )

    def __repr__(self) -> str:
        """Return the titles of the figures."""
        return "\n".join(
            [f"Plot: {self.title}", *(f"  {one.name}: {one.title}. {one.alt}"[:118] for one in self.figures)]
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Return what a notebook shows."""
        del include, exclude
        return {"text/plain": repr(self), "text/html": "".join(map(_shown, self.figures))}


def _shown(figure: Figure) -> str:
    """Return a figure with its words, offline and without scripts; white, since its ink is dark."""
    caption = f"<strong>{html.escape(figure.title)}.</strong> {html.escape(figure.caption)}"
    return (
        f'<figure style="background: white; margin: 0 0 1em 0" role="img" aria-label="{html.escape(figure.alt)}">'
        f"{drawing(figure)}<figcaption>{caption}</figcaption></figure>"
    )
