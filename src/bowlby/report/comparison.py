"""Threat and deprivation row by row: what the source says, restated, and what this record shows of it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from bowlby.measures.rule import EpisodeRule
from bowlby.records.coded import CodedRecord
from bowlby.records.constructs import Construct, Role
from bowlby.report.evidence import Evidence, acts, answers, threat
from bowlby.report.numbers import count_of


@dataclass(frozen=True)
class Aspect:
    """One row of the source's comparison, in our words.

    Args:
        key: stable name for JSON and tests.
        name: heading.
        threat: what the source says of threat ("attachment trauma").
        deprivation: what the source says of deprivation ("attachment neglect").
        published: what published work adds, or where it disagrees; empty where nothing need be said.
    """

    key: str
    name: str
    threat: str
    deprivation: str
    published: str = ""


ASPECTS: tuple[Aspect, ...] = (
    Aspect(
        "definition",
        "What it is",
        "Active harm or fright that comes from the caregiver.",
        "Emotional and physical responsiveness that is missing, without direct harm.",
        "Threat and deprivation are separable dimensions that often occur together (McLaughlin, Sheridan & Lambert "
        "2014). Startling acts alone are not counted as threat here, and separation and loss are scored apart.",
    ),
    Aspect(
        "causes",
        "What it comes from",
        "Physical or emotional abuse, abandonment, betrayal, severe disruption, frightening care.",
        "Needs that go unheeded, a caregiver who is emotionally unavailable, a neglectful environment.",
        "Poverty and stress are causes of low availability. Most children with disorganized attachment are not from "
        "abusive care (Granqvist et al. 2017).",
    ),
    Aspect(
        "emotional",
        "Emotional signs",
        "Fear, anxiety, watchfulness, volatile feeling.",
        "Numbness, low self-esteem, trouble showing feeling, feeling unseen.",
        "The source gives dysregulation and difficulty in forming bonds to both: shared signs tell nothing apart. "
        "Signs in a child say nothing about what a caregiver did.",
    ),
    Aspect(
        "behavioural",
        "Behaviour",
        "Aggression, mistrust, clinging, fear of being left, a post-traumatic pattern.",
        "Keeping apart, passivity, little seeking of help or comfort, unresponsiveness, detachment.",
        "The source gives withdrawal to both, and files reactive attachment disorder under trauma. Published criteria "
        "disagree: that disorder requires insufficient care and belongs, with disinhibited engagement, to deprivation "
        "(Zeanah & Gleason 2015).",
    ),
    Aspect(
        "body",
        "Body and brain",
        "Heightened stress response; amygdala and hippocampus affected.",
        "Pathways of emotion and social understanding underdeveloped; delayed development.",
        "Findings on stress hormones go both ways, blunting included (Bunea, Szentágotai-Tătar & Miu 2017), and a "
        "smaller hippocampus is a hypothesis in children, better founded in adults.",
    ),
    Aspect(
        "long term",
        "In the long term",
        "Lasting symptoms, trouble with trust, watchfulness.",
        "Emotional scarcity, weaker social skills, detachment.",
        "The source gives anxiety, avoidance and unstable intimacy in adult bonds to both. The published link from "
        "infant attachment to adult attachment is weak (Pinquart, Feußner & Ahnert 2013).",
    ),
    Aspect(
        "therapy",
        "What is done about it",
        "Safety first; then steady emotional support, secure relationships, regulation skills, trauma-focused "
        "cognitive behavioural therapy, EMDR, mindfulness, somatic methods, a predictable environment.",
        "Responsive, consistent care; training in responsiveness and emotional availability; repair of the "
        "attachment; dyadic developmental and child-parent psychotherapy; sensory integration; play that centres on "
        "the attachment.",
        "The evidence differs widely. Programmes of caregiver sensitivity with trials exist (Bakermans-Kranenburg, "
        "van IJzendoorn & Juffer 2003), as for child-parent psychotherapy (Lieberman, Van Horn & Ippen 2005); for "
        "several methods on these lists there is no adequate trial. No trauma therapy comes before the threat has "
        "ended, and coercive holding therapies are harmful (Chaffin et al. 2006).",
    ),
)
"""Claims are the source's, restated; bowlby neither endorses nor hides them."""


@dataclass(frozen=True)
class ComparedRow:
    """One aspect with what a record shows of it.

    Args:
        aspect: the source's row.
        threat: the record's evidence on threat.
        deprivation: the record's evidence on deprivation.
    """

    aspect: Aspect
    threat: Evidence
    deprivation: Evidence

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            "name": self.aspect.key,
            "trauma": self.aspect.threat,
            "neglect": self.aspect.deprivation,
            "published": self.aspect.published,
            "evidence": {"threat": _cell(self.threat), "deprivation": _cell(self.deprivation)},
        }


def compare(coded: CodedRecord, episodes: pl.DataFrame, rule: EpisodeRule) -> tuple[ComparedRow, ...]:
    """Return the source's comparison with what this record shows of each row.

    Args:
        coded: a coded record.
        episodes: columns of `EPISODE_SCHEMA`, all sessions.
        rule: the windows.

    Returns:
        One row an aspect; body, long term and therapy are never assessable from a record.
    """
    cells = {
        "definition": (threat(coded), _withheld(coded, episodes, rule)),
        "causes": (_harm(coded), _unheeded(coded)),
        "emotional": (_distress(coded), _feeling(coded)),
        "behavioural": (acts(coded, Role.CHILD, _THREAT_SIGNS), acts(coded, Role.CHILD, _DEPRIVATION_SIGNS)),
        "body": (_NO_BODY, _NO_BODY),
        "long term": (_NO_FUTURE, _NO_FUTURE),
        "therapy": (_NO_THERAPY, _NO_THERAPY),
    }
    return tuple(ComparedRow(aspect, *cells[aspect.key]) for aspect in ASPECTS)


_THREAT_SIGNS = (Construct.CONTACT_MAINTAIN, Construct.RESIST, Construct.DISORGANIZED)
_DEPRIVATION_SIGNS = (Construct.APPROACH, Construct.AVOID, Construct.GAZE_AWAY)
_ENGAGEMENT = (Construct.PLAY, Construct.VOICE, Construct.SMILE, Construct.HOLD, Construct.TOUCH)

_NO_BODY = Evidence(False, "A coded record has no channel for body or brain; the model can only simulate them forward.")
_NO_FUTURE = Evidence(False, "A record of an interval holds no future.")
_NO_THERAPY = Evidence(False, "A record of an interval ranks no intervention.")


def _cell(evidence: Evidence) -> dict[str, object]:
    return {"assessable": evidence.assessable, "text": evidence.text}


def _both(first: Evidence, second: Evidence) -> Evidence:
    return Evidence(first.assessable or second.assessable, f"{first.text} {second.text}")


def _withheld(coded: CodedRecord, episodes: pl.DataFrame, rule: EpisodeRule) -> Evidence:
    return _both(answers(coded, episodes, rule), acts(coded, Role.CAREGIVER, _ENGAGEMENT))


def _harm(coded: CodedRecord) -> Evidence:
    harm = acts(coded, Role.CAREGIVER, (Construct.FRIGHT_HARSH, Construct.FRIGHT_ABUSIVE, Construct.LEAVE))
    return Evidence(harm.assessable, f"{harm.text} A record shows acts, not what brought them about.")


def _unheeded(coded: CodedRecord) -> Evidence:
    found = acts(coded, Role.CAREGIVER, (Construct.IGNORE, Construct.PRESENT))
    return Evidence(found.assessable, f"{found.text} A record shows acts, not what brought them about.")


def _distress(coded: CodedRecord) -> Evidence:
    found = acts(coded, Role.CHILD, (Construct.CUE_DISTRESS,))
    return Evidence(found.assessable, f"{found.text} Fear, watchfulness and volatility have no code of their own.")


def _feeling(coded: CodedRecord) -> Evidence:
    found = _both(acts(coded, Role.CHILD, (Construct.CUE_POSITIVE,)), _affect(coded))
    return Evidence(
        found.assessable, f"{found.text} Numbness, self-esteem and feeling unseen have no code of their own."
    )


def _affect(coded: CodedRecord) -> Evidence:
    own = coded.acts.filter((pl.col("role") == str(Role.CHILD)) & (pl.col("construct") == str(Construct.AFFECT)))
    if (Role.CHILD, Construct.AFFECT) not in coded.codable:
        return Evidence(False, "The child’s affect was not coded.")
    positive = own.filter(pl.col("value") > 0).height
    return Evidence(True, f"The child’s affect: {count_of(own.height, 'act')}, {positive} of them positive.")
