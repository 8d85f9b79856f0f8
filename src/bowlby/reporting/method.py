"""The paragraph a paper would carry, filled with this record's figures, and the works it leans on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from bowlby.measures.definitions import all_definitions
from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord
from bowlby.records.record import ObservedFrom
from bowlby.records.unconfirmed_windows import unconfirmed
from bowlby.reporting.care_section import method_of
from bowlby.reporting.figure import Table
from bowlby.reporting.numbers import count_of, listed
from bowlby.reporting.parts import ReportParts

CITATIONS: tuple[str, ...] = (
    "Bakermans-Kranenburg MJ, van IJzendoorn MH, Juffer F (2003). Less is more: meta-analyses of sensitivity and "
    "attachment interventions in early childhood. Psychological Bulletin 129:195–215.",
    "Bunea IM, Szentágotai-Tătar A, Miu AC (2017). Early-life adversity and cortisol response to social stress: a "
    "meta-analysis. Translational Psychiatry 7:1274.",
    "Chaffin M, Hanson R, Saunders BE, et al. (2006). Report of the APSAC task force on attachment therapy, reactive "
    "attachment disorder, and attachment problems. Child Maltreatment 11:76–89.",
    "Forslund T, Granqvist P, van IJzendoorn MH, et al. (2021). Attachment goes to court: child protection and "
    "custody issues. Attachment & Human Development 24:1–52.",
    "Garwood F (1936). Fiducial limits for the Poisson distribution. Biometrika 28:437–442.",
    "Granqvist P, Sroufe LA, Dozier M, et al. (2017). Disorganized attachment in infancy: a review of the phenomenon "
    "and its implications for clinicians and policy-makers. Attachment & Human Development 19:534–558.",
    "Hanley JA, Lippman-Hand A (1983). If nothing goes wrong, is everything all right? Interpreting zero numerators. "
    "JAMA 249:1743–1745.",
    "Kaplan EL, Meier P (1958). Nonparametric estimation from incomplete observations. Journal of the American "
    "Statistical Association 53:457–481.",
    "Lieberman AF, Van Horn P, Ippen CG (2005). Toward evidence-based treatment: child-parent psychotherapy with "
    "preschoolers exposed to marital violence. Journal of the American Academy of Child & Adolescent Psychiatry "
    "44:1241–1248.",
    "McLaughlin KA, Sheridan MA, Lambert HK (2014). Childhood adversity and neural development: deprivation and threat "
    "as distinct dimensions of early experience. Neuroscience & Biobehavioral Reviews 47:578–591.",
    "Pinquart M, Feußner C, Ahnert L (2013). Meta-analytic evidence for stability in attachments from infancy to "
    "early adulthood. Attachment & Human Development 15:189–218.",
    "Zeanah CH, Gleason MM (2015). Annual research review: attachment disorders in early childhood. Journal of Child "
    "Psychology and Psychiatry 56:207–222.",
)
"""Works that the report names; each is cited by author and year where it is used."""


def method_paragraph(parts: ReportParts) -> tuple[str, ...]:
    """Return a methods paragraph with this record's own figures, rule, seed and version.

    Args:
        parts: the report's parts.

    Returns:
        One paragraph a string.
    """
    coded = parts.coded
    total = sum(intervals.duration(coded.observed(session)) for session in coded.sessions)
    readers = listed(sorted({entry.reader for entry in coded.record.provenance}))
    events = count_of(coded.record.events.height, "event")
    sessions = count_of(len(coded.sessions), "session")
    several = len(coded.sessions) > 1
    first = (
        f"{sessions[0].upper()}{sessions[1:]} ({total:.1f} s in all, {events}) {'were' if several else 'was'} read "
        f"with bowlby {parts.version} (reader: {readers}) and translated into its constructs with the codebook "
        f"“{coded.codebook}”; {_unmapped(coded)}. {_windows(coded)} "
        "Rates, durations and shares rest on observed time less the time in "
        "which the act could not have been coded; acts that the coding scheme did not look for are reported as not "
        "assessable."
    )
    second = (
        f"{parts.rule.describe()} Latency was estimated after Kaplan and Meier (1958) with pointwise 95 % intervals"
        f"{', clustered by session' if several else ''}; rates carry Garwood’s (1936) exact intervals, and a count of "
        "zero the one-sided 95 % bound (Hanley & Lippman-Hand 1983). Chance baselines come from circular shifts of one "
        f"stream against the other, which keep each stream’s clustering. Random numbers: seed {parts.seed}."
    )
    third = () if parts.inference is None else (method_of(parts.inference),)
    return (first, second, *third)


def definitions_table(parts: ReportParts) -> Table | None:
    """Return what each measure shown is, how it is computed and where that comes from.

    Args:
        parts: the report's parts.

    Returns:
        One row a measure that has a number somewhere in the report, or None where none has.
    """
    known = all_definitions()
    shown = dict.fromkeys(m.name.partition(": ")[0] for m in parts.measures if m.estimate is not None)
    rows = tuple(
        (name, found.meaning, found.formula, found.source) for name in shown if (found := known.get(name)) is not None
    )
    if not rows:
        return None
    return Table("What each measure is.", ("measure", "meaning", "formula", "source"), rows)


def simulated_sentence(parts: ReportParts) -> str:
    """Return what a reader must know of a simulated record, or nothing for a real one.

    Args:
        parts: the report's parts.

    Returns:
        One sentence, or empty text.
    """
    how = parts.coded.record.metadata.get("simulated")
    if not how:
        return ""
    told = cast("Mapping[str, object]", how) if isinstance(how, Mapping) else {}
    settings = ", ".join(f"{key} {told[key]}" for key in ("exposure", "seed") if key in told)
    return f"This record was simulated by bowlby ({settings or 'settings in the file'}): nobody was observed."


def settings_rows(parts: ReportParts) -> tuple[tuple[str, str], ...]:
    """Return the settings that, with the file, determine every number of the report.

    Args:
        parts: the report's parts.

    Returns:
        (name, value) rows.
    """
    return (
        *_metadata_rows(parts),
        ("episode rule", parts.rule.describe()),
        ("seed", str(parts.seed)),
        ("bowlby", parts.version),
    )


_SAID = {
    ObservedFrom.STATED: "as codebook, manifest or file state it",
    ObservedFrom.CLIPS: "the union of the clips that were coded",
    ObservedFrom.CODES: "between the codes at which coding started and stopped",
    ObservedFrom.RECORDING: "the whole recording, since nothing states which part was coded",
    ObservedFrom.FIRST_TO_LAST: "from the first event to the last, since nothing else is stated",
}


def _windows(coded: CodedRecord) -> str:
    """Return where the observed time comes from, and how much of it is doubted."""
    sources = [coded.record.observed_from(session) for session in coded.sessions]
    counts = {source: sources.count(source) for source in ObservedFrom if source in sources}
    if len(counts) == 1:
        told = f"Observed time is {_SAID[sources[0]]}."
    else:
        told = f"Observed time is {listed([f'{_SAID[source]} (sessions: {n})' for source, n in counts.items()])}."
    doubted = sum(unconfirmed(coded, session) is not None for session in coded.sessions)
    if not doubted:
        return told
    which = "" if len(sources) == 1 else f"In {doubted} of {len(sources)} sessions "
    clause = f"{which}what was coded does not bear that out"
    return (
        f"{told} {clause[0].upper()}{clause[1:]}: what rests on observed time there has the status “window not stated”."
    )


def _unmapped(coded: CodedRecord) -> str:
    count = sum(code.count for code in coded.unmapped)
    if count == 0:
        return "it maps the code of every event"
    return f"{count_of(count, 'event')} carried codes that it does not map and entered no measure"


def _metadata_rows(parts: ReportParts) -> list[tuple[str, str]]:
    plain = {k: v for k, v in parts.coded.record.metadata.items() if isinstance(v, str | int | float)}
    return [(key.replace("_", " "), str(value)) for key, value in plain.items()]
