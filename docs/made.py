"""The pages of the documentation that code makes, wholly or between marks."""

from __future__ import annotations

from pathlib import Path

from bowlby.cli.main import app
from bowlby.cli.reference import command_page
from bowlby.formats.templates import TEMPLATES, Template
from bowlby.inference.care.child_states import shipped_states
from bowlby.model.generated_pages import replace_between
from bowlby.model.parameter import Parameter
from bowlby.model.registry import REGISTRY
from bowlby.purpose import PURPOSE_AND_LIMITS
from bowlby.web.glossary import GLOSSARY
from docs.python_reference import python_page

DOCS = Path(__file__).parent
MARKS = "<!-- purpose begins: made by docs.made -->", "<!-- purpose ends -->"
STATES = "<!-- states begin: made by docs.made -->", "<!-- states end -->"
WITH_PURPOSE = ("index.md", "limits.md")
"""Pages that hold the whole text on purpose and limits."""


def made_pages() -> dict[str, str]:
    """Return each page that code makes, wholly or between its marks, by name."""
    pages = {"command-line.md": command_page(app), "glossary.md": glossary_page(), "parameters.md": parameter_page()}
    pages["templates.md"] = template_page()
    pages["python.md"] = python_page()
    purpose = "\n".join(f"- {line}" for line in PURPOSE_AND_LIMITS)
    for name in WITH_PURPOSE:
        pages[name] = replace_between((DOCS / name).read_text(encoding="utf-8"), MARKS, purpose)
    states = (DOCS / "child-states.md").read_text(encoding="utf-8")
    return pages | {"child-states.md": replace_between(states, STATES, states_table())}


def states_table() -> str:
    """Return what comes back of the child's states, by state and length."""
    lines = ["| state | visits | minutes in all | r | cover | sd | families |", "|---|---|---|---|---|---|---|"]
    for row in sorted(shipped_states().card["recovery"], key=lambda one: (one["state"], one["minutes"])):
        figures = " | ".join(f"{row[name]:.2f}" for name in ("r", "coverage90", "sd_ratio"))
        lines.append(f"| {row['state']} | {row['sessions']} | {row['minutes']:g} | {figures} | {row['n']} |")
    return "\n".join(lines)


def glossary_page() -> str:
    """Return the glossary of the web app as a page."""
    lines = ["# Glossary", "", "Made from the glossary of the web app (`bowlby serve`).", ""]
    for term in GLOSSARY:
        source = f" ({term.source})" if term.source else ""
        lines += [f"**{term.word}**: {term.means}{source}", ""]
    return "\n".join(lines)


def template_page() -> str:
    """Return what `bowlby codebook init --template` knows as a page."""
    lines = [_TEMPLATES]
    for name, template in TEMPLATES.items():
        lines += [f"## {name}", "", f"{template.title}.", "", *_template_lines(template)]
    return "\n".join(lines)


def _template_lines(template: Template) -> list[str]:
    lines: list[str] = []
    if template.codes:
        lines += ["| codes like | role | means | note |", "|---|---|---|---|"]
        for code in template.codes:
            codes, means = (", ".join(f"`{text}`" for text in texts) for texts in (code.codes, code.means))
            lines.append(f"| {codes} | {code.role} | {means} | {code.note} |")
        lines.append("")
    if template.whole_tiers:
        lines += ['Each speaker\'s tier as a whole: `code = "*"` with the actor and the channel.', ""]
    if template.entries:
        lines += ["```toml", template.entries.rstrip(), "```", ""]
    columns = [note.strip() for note in template.notes if note.startswith("  ")]
    lines += [f"{note.rstrip(':')}." if note.endswith(":") else note for note in template.notes if note.strip() == note]
    return [*lines, "", *(f"- `{column}`" for column in columns), *([""] if columns else [])]


def parameter_page() -> str:
    """Return the registry of a simulated life as a page."""
    lines = [_PARAMETERS]
    for group in dict.fromkeys(entry.group for entry in REGISTRY.values()):
        lines += [f"## {str(group).capitalize()}", "", *_HEAD]
        lines += [_row(entry) for entry in REGISTRY.values() if entry.group == group]
        lines.append("")
    return "\n".join(lines)


_TEMPLATES = """# Templates for codebooks

Made from `bowlby.formats.templates`. `bowlby codebook init FILES --template NAME -o codes.toml` suggests by what
schemes of one kind hold, beside what single words say: codes of the files that are like those below get their
meaning, and codes that no file has are listed behind `##`, so that what coders would have used can be declared. As
everywhere, nothing is mapped until a `#` is taken off; a code that negates, and an act whose actor is not known, gets
nothing. XX The words are our own; no item of a published instrument is repeated.
"""

_PARAMETERS = """# Parameters of a simulated life

Made from `bowlby/model/parameters.toml`, the one home of these values: the traits of caregiver and child and the
constants that cohorts, procedures, trials, forecasts and the training of the inference run on. Those of the moment
clock stand [here](moments-registry.md), those of the learning rules [here](learning-rules.md). *Assumed* means that
nobody measured it for this model and no fit set it. *Could be off by*
is the standard deviation of what is not known of a constant, on the named scale; the [screening](screening.md) moves
each within it. A switch (unit 0/1) turns a mechanism off: `bowlby simulate --without`.
"""
_HEAD = (
    "| name | meaning | symbol | default | support | prior (on its scale) | status and source |",
    "|---|---|---|---|---|---|---|",
)


def _row(entry: Parameter) -> str:
    row = entry.as_dict()
    default = f"{entry.default:g}" if entry.unit == "1" else f"{entry.default:g} {entry.unit}"
    basis = entry.source if entry.source.startswith(str(entry.status)) else f"{entry.status}: {entry.source}"
    rests = f"{basis}; on it rests: {entry.rests}" if entry.rests else basis
    prior = f"could be off by {entry.doubted}" if entry.prior is None and entry.doubt else row["prior"]
    cells = (f"`{entry.name}`", entry.meaning, f"`{entry.symbol}`", default, row["support"], prior, rests)
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
