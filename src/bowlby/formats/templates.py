"""What coding schemes of a kind hold, in our own words: a codebook begun for such a scheme suggests by it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bowlby.errors import InputError, suggestion
from bowlby.formats.manifest import RATINGS
from bowlby.records.code_suggestions import CodeSuggestion
from bowlby.records.constructs import Construct, Role
from bowlby.records.label_words import words_of
from bowlby.records.negation import is_negated
from bowlby.records.role_words import contradicts, is_person, names_another, role_suggested
from bowlby.records.synonyms import is_known


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """`*` within a word, so that "hold*" is not "hold toy"; `**` for anything."""
    escaped = re.escape(text)
    return re.compile(escaped.replace(r"\*\*", ".*").replace(r"\*", r"\S*"))


@dataclass(frozen=True)
class TemplateCode:
    """Codes of one meaning, as such schemes often write them.

    Args:
        codes: patterns of words in lower case; `*` stands for the rest of a word, `**` for anything.
        role: whose act it is.
        means: what it means, at least one construct.
        note: what to look out for, or "".
    """

    codes: tuple[str, ...]
    role: Role
    means: tuple[Construct, ...]
    note: str = ""

    def speaks_of(self, code: str) -> bool:
        """Return whether a code as it stands in a file is one of these and denies nothing."""
        words = words_of(code)
        bare = [word for word in words if not is_person(word) and not word.isdecimal()]
        fits = any(_pattern(one).fullmatch(" ".join(text)) for one in self.codes for text in (words, bare))
        return fits and (" ".join(words) in self.codes or not is_negated(code, is_known))


@dataclass(frozen=True)
class Template:
    """What schemes of one kind hold.

    Args:
        title: what the scheme is.
        codes: with their meaning.
        whole_tiers: whether each tier is taken as a whole, since its codes are what was said.
        entries: entries of a codebook as TOML, where meanings rest on more than the code.
        covers: codes that `entries` speak of.
        codable: what `entries` mean.
        notes: lines for the person who completes the codebook.
    """

    title: str
    codes: tuple[TemplateCode, ...] = ()
    whole_tiers: bool = False
    entries: str = ""
    covers: tuple[str, ...] = ()
    codable: tuple[tuple[Role, Construct], ...] = ()
    notes: tuple[str, ...] = ()

    def suggest(self, found: Sequence[CodeSuggestion]) -> tuple[CodeSuggestion, ...]:
        """Return codes with the meanings that this template gives them.

        Args:
            found: as read from files.

        Returns:
            Codes that the template's entries speak of left out; whole tiers in place of what was said on them.
        """
        if self.whole_tiers:
            return tuple(_tiers(found))
        return tuple(self._suggested(one) for one in found if one.code not in self.covers)

    def unmet(self, found: Sequence[CodeSuggestion]) -> tuple[TemplateCode, ...]:
        """Return the template's codes that no code of some files is like."""
        return tuple(code for code in self.codes if not any(code.speaks_of(one.code) for one in found))

    def _suggested(self, found: CodeSuggestion) -> CodeSuggestion:
        fitting = [code for code in self.codes if code.speaks_of(found.code) and _can_act(found, code.role)]
        if len(fitting) != 1:
            return found
        first, *more = fitting[0].means
        return replace(found, role=fitting[0].role, construct=first, more=tuple(more), value=None)


def _can_act(found: CodeSuggestion, role: Role) -> bool:
    """Whether an act is that of the role by its actor; a template does not make up for an actor who is not known."""
    if role == Role.CONTEXT:
        return True
    known = None if names_another(found.actor or found.channel) else role_suggested(found.actor, found.channel)
    return known == role and not contradicts(words_of(found.code), role)


def _tiers(found: Iterable[CodeSuggestion]) -> Iterable[CodeSuggestion]:
    """Each actor's tier as one code that stands for whatever is on it."""
    tiers: dict[tuple[str, str], dict[str, int]] = {}
    for one in found:
        counts = tiers.setdefault((one.actor, one.channel), {})
        for file, count in one.files.items():
            counts[file] = counts.get(file, 0) + count
    for (actor, channel), files in tiers.items():
        role = None if names_another(actor or channel) else role_suggested(actor, channel)
        construct = {Role.CHILD: Construct.CUE_VOCAL, Role.CAREGIVER: Construct.VOICE}.get(role or Role.CONTEXT)
        yield CodeSuggestion(actor, channel, "*", files, role=role, construct=construct, whole_tier=True)


def template_of(name: str) -> Template:
    """Return a template by its name.

    Args:
        name: as in `TEMPLATES`.

    Returns:
        The template.

    Raises:
        InputError: there is none of that name.
    """
    if name not in TEMPLATES:
        near = suggestion(name, list(TEMPLATES), 0.5)
        raise InputError(
            "there is no such template", column="--template", value=name, remedy=f"{near}Known: {', '.join(TEMPLATES)}."
        )
    return TEMPLATES[name]


def _codes(role: Role, construct: Construct, codes: str, note: str = "") -> TemplateCode:
    return TemplateCode(tuple(codes.split(", ")), role, (construct,), note)


_CHILD = (
    _codes(Role.CHILD, Construct.CUE_DISTRESS, "cry*, cries, fuss*, protest*, distress*, whimper*, negative voc*"),
    _codes(Role.CHILD, Construct.CUE_POSITIVE, "smil*, laugh*, positive*, joy*"),
    _codes(Role.CHILD, Construct.CUE_VOCAL, "voc*, babbl*, coo, coos, cooing, neutral voc*"),
    _codes(Role.CHILD, Construct.CUE_BID, "reach*, point*, gestur*, signal*, request*, pick up, arms up"),
)
_CAREGIVER = (
    _codes(
        Role.CAREGIVER, Construct.VOICE, "voc*, talk*, speak*, speech*, sing*, voice*, motherese, infant directed**"
    ),
    _codes(Role.CAREGIVER, Construct.SMILE, "smil*, laugh*, positive*"),
    _codes(Role.CAREGIVER, Construct.TOUCH, "touch*, strok*, tickl*, pat, pats, patting, kiss*, caress*"),
    _codes(Role.CAREGIVER, Construct.HOLD, "hold*, carr*, pick* up, rock*, cuddl*, hug*"),
)
_GAZE = (
    _codes(
        Role.CHILD,
        Construct.GAZE_PARTNER,
        "gaze, look, social gaze, face, look* face, look* at, gaze* at, look**partner, gaze**partner",
    ),
    _codes(Role.CHILD, Construct.GAZE_AWAY, "*avert*, look* away, gaze* away, gaze elsewhere, away"),
    _codes(
        Role.CHILD, Construct.GAZE_OBJECT, "**at toy*, **at object*, gaze object, gaze toy, object attend**, look toy"
    ),
)
_UNSEEN = TemplateCode(
    ("uncod*", "not codable", "not visible", "off screen", "out of view", "obscured", "missing**", "technical**"),
    Role.CONTEXT,
    (Construct.UNCODABLE,),
    "say under blocks what it hides, where it does not hide everything",
)
_PHASES = (
    "Phases that hold acts (play, reunion) are nobody's act: list them under [[ignore]]; measures find the phases."
)

_LENA = """\
[[code]]
code = "CHN"
modifiers = { childUttCnt = 0, childCryCnt = ">0" }
means = ["cue.distress"]

[[code]]
code = "CHN"
modifiers = { childUttCnt = ">0" }
means = ["cue.vocal"]

[[code]]
codes = ["FAN", "MAN"]
means = ["answer", "voice"]

[[code]]
code = "OLN"
means = ["uncodable"]

[[ignore]]
code = "CHN"
reason = "neither an utterance nor a cry: vegetative and fixed sounds alone"

[[ignore]]
codes = ["CXN", "CXF"]
reason = "another child"

[[ignore]]
codes = ["CHF", "FAF", "MAF", "OLF", "TVF", "NOF"]
reason = "far or faint: who is meant cannot be told"

[[ignore]]
codes = ["TVN", "NON", "SIL"]
reason = "television, noise, silence"
"""

_LENA_LABELS = (
    *("CHN", "CHF", "CXN", "CXF", "FAN", "FAF", "MAN", "MAF"),
    *("OLN", "OLF", "TVN", "TVF", "NON", "NOF", "SIL"),
)
_RATED = tuple(
    f"  {name}: {low:g} to {high:g}" for name, (low, high) in RATINGS.items() if not name.endswith(("_5", "_8"))
)
_SCALES = tuple(
    f"  {name}: {low:g} to {high:g}" for name, (low, high) in RATINGS.items() if name.endswith(("_5", "_8"))
)
_BY_MANIFEST = "Ratings are no events: they are columns of the study manifest (--manifest), one row a session:"

TEMPLATES: dict[str, Template] = {
    "still-face": Template(
        "Face-to-face play, still face and reunion, coded second by second or as events",
        (
            _codes(
                Role.CAREGIVER,
                Construct.IGNORE,
                "still, still face*, stillface*, unresponsive*, neutral face",
                "the longest stretch of it is the still phase; what was observed before is play, after it reunion",
            ),
            *_CHILD,
            *_CAREGIVER,
            *_GAZE,
            _codes(Role.CAREGIVER, Construct.LOOK, "gaze, look, gaze* at, look* at"),
            _codes(Role.CAREGIVER, Construct.PLAY, "play*, game*, peekaboo*"),
            _UNSEEN,
        ),
        notes=(_PHASES, "Self-comfort (sucking, holding on to clothes) has no construct: list it under [[ignore]]."),
    ),
    "strange-situation": Template(
        "Separations and reunions with a stranger: who is in the room, and what the child does",
        (
            _codes(
                Role.CONTEXT,
                Construct.SEPARATION,
                "separat*, alone, mother out**, mom out**, caregiver out**, parent out**",
                "a state that lasts while the caregiver is out of the room; episodes follow from it",
            ),
            _codes(
                Role.CONTEXT,
                Construct.STRANGER,
                "stranger, stranger in*, stranger present, stranger enters",
                "a state that lasts while the stranger is in the room",
            ),
            _codes(Role.CAREGIVER, Construct.LEAVE, "leav*, exit*, goes out, depart*"),
            _codes(Role.CAREGIVER, Construct.RETURN, "return*, enter*, comes back, comes in"),
            _codes(Role.CHILD, Construct.APPROACH, "approach*, proximity*, moves to, crawls to, runs to, follow*"),
            _codes(Role.CHILD, Construct.CONTACT_MAINTAIN, "contact*, cling*, hold* on, sinks in*"),
            _codes(Role.CHILD, Construct.AVOID, "avoid*, turns away, ignores*, moves past*"),
            _codes(Role.CHILD, Construct.RESIST, "resist*, push*, kick*, angry*, squirm*, arch*"),
            _codes(Role.CHILD, Construct.EXPLORE, "explor*, play*, toy*, manipulat*"),
            _codes(
                Role.CHILD,
                Construct.DISORGANIZED,
                "disorgani*, freez*, stilling, stereotyp*, apprehensive*",
                "modifiers theme=1 to 7 and strength=0 to 3 are read where they are coded",
            ),
            _CHILD[0],
            _CHILD[3],
            _CAREGIVER[3],
            _UNSEEN,
        ),
        notes=("The seven-point scales of the two reunions and the classes are ratings.", _BY_MANIFEST, *_SCALES),
    ),
    "free-play": Template(
        "Free play on the floor with toys, with the child's moving about",
        (
            _codes(Role.CHILD, Construct.EXPLORE, "explor*, manipulat*, mouth*, bang*, toy*, object*, play*, stack*"),
            _codes(
                Role.CHILD,
                Construct.APPROACH,
                "approach*, crawl* to, walk* to, run* to, follow*, proximity*",
                "moving about as such has no construct; only moving towards the caregiver is an approach",
            ),
            _codes(Role.CHILD, Construct.CONTACT_MAINTAIN, "contact*, cling*, lean* on, climb**lap"),
            *_CHILD,
            *_CAREGIVER,
            *_GAZE,
            _codes(Role.CAREGIVER, Construct.OBJECT, "show*, offer*, demonstrat*, object*, toy*, hand* toy*"),
            _codes(Role.CAREGIVER, Construct.PLAY, "play*, game*, peekaboo*, pretend*"),
            _codes(Role.CAREGIVER, Construct.SUPPORT_AUTONOMY, "**autonom**, wait*, follow**lead, let**try, encourag*"),
            _codes(Role.CAREGIVER, Construct.INTRUDE, "intru*, interrupt*, redirect*, tak**away, restrain*, control*"),
            _UNSEEN,
        ),
        notes=("Crawling, walking, sitting and standing: list under [[ignore]] what is not towards the caregiver.",),
    ),
    "lena-its": Template(
        "LENA recordings of a day (.its): segments by speaker",
        entries=_LENA,
        covers=_LENA_LABELS,
        codable=(
            (Role.CHILD, Construct.CUE_DISTRESS),
            (Role.CHILD, Construct.CUE_VOCAL),
            (Role.CAREGIVER, Construct.ANSWER),
            (Role.CAREGIVER, Construct.VOICE),
        ),
        notes=(
            "A segment of cries alone is distress, one with an utterance a vocal cue.",
            "Segments tile the day, so latencies between them pile up at 0.",
        ),
    ),
    "transcribed-speech": Template(
        "Tiers of transcribed speech: whatever stands on a speaker's tier is that speaker's voice",
        whole_tiers=True,
        notes=(
            "What was said is not listed here; remarks of the transcriber ([laughs], xxx) can go under [[ignore]].",
            "A caregiver's words answer nothing by themselves: add answer where your scheme says so.",
        ),
    ),
    "ratings": Template(
        "Q-sort scores, rated sensitivity and attachment classes beside events",
        notes=(_BY_MANIFEST, *_RATED, "  attachment_class: A, B, C, D or CC"),
    ),
}
"""Templates by name. They hold no items of published instruments."""
