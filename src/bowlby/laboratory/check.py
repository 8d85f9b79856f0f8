"""Everything that is wrong with a study before it is run, each thing once, with what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import polars as pl

from bowlby.errors import BowlbyError
from bowlby.formats.load import load_coded, same_twice
from bowlby.laboratory.problem import StudyProblem, counted, problem_of
from bowlby.laboratory.sessions import CODING, DOUBLE, MAIN, OpenStudy, StudySession
from bowlby.records.codebook_file import load_codebook
from bowlby.records.coded_record import CodedRecord
from bowlby.records.days import DAY
from bowlby.records.pairs import pairs
from bowlby.records.quality import ProblemKind

FEWEST_CHILDREN = 3
"""Children of a group below which nothing is said of how they differ."""

REMEDIES: dict[ProblemKind, str] = {
    ProblemKind.UNPAIRED_STATE: "Give each state its stop in the coding program.",
    ProblemKind.OFFSET_BEFORE_ONSET: "Correct the times of these events in the coding program.",
    ProblemKind.ZERO_LENGTH: "Give these events a length, or code them as points.",
    ProblemKind.OVERLAP: "End one state before the next of its channel begins.",
    ProblemKind.UNSORTED: "Nothing to do: events were put in order.",
    ProblemKind.DUPLICATE: "Delete the events that stand twice.",
    ProblemKind.MIXED_UNITS: "Write all times in one unit.",
    ProblemKind.OUTSIDE_OBSERVED: "Widen observed_from_s and observed_to_s in the manifest, or delete these events.",
    ProblemKind.OBSERVED_ASSUMED: "State observed_from_s and observed_to_s in the manifest.",
    ProblemKind.WINDOW_NOT_STATED: "State observed_from_s and observed_to_s in the manifest, or [observed] in the "
    "codebook: rates depend on it.",
    ProblemKind.NO_WINDOW: "Code the clips or the start in these sessions.",
    ProblemKind.CLIP_EMPTY: "Correct the times of the clip.",
    ProblemKind.CLIP_OVERLAP: "Let the clips not overlap.",
    ProblemKind.CLIP_BEYOND: "End the window where the recording ends.",
    ProblemKind.CLIPS_DIFFER: "Let both coders code the same clips.",
    ProblemKind.UNSTOPPED: "Code where coding stopped.",
    ProblemKind.UNSTARTED: "Code where coding started.",
    ProblemKind.UNMAPPED_CODE: "Map the code under [[code]] of the codebook, or list it under [[ignore]].",
    ProblemKind.IDLE_PATTERN: "Correct the entry of the codebook, or delete it.",
    ProblemKind.NO_TIME: "Give these events a time in the coding program.",
    ProblemKind.SALVAGED: "Export the file anew: it breaks off.",
    ProblemKind.MISMATCH: "Export the file anew: it contradicts itself.",
    ProblemKind.ENCODING_ASSUMED: "Save the file as UTF-8.",
    ProblemKind.PERSON_UNKNOWN: "Say whose the acts are, by the codebook's person or in the coding program.",
    ProblemKind.TICKS_CLOSED: "Nothing to do: holes of one tick were closed.",
    ProblemKind.MIDNIGHT: "Nothing to do: times go on after midnight.",
    ProblemKind.TEXT_TIME: "Nothing to do: times were read from text.",
}
"""What to do about each kind of problem of a record."""
IN_ORDER = frozenset(kind for kind, remedy in REMEDIES.items() if remedy.startswith("Nothing to do"))
"""Notes of a reader about what it put in order, which nobody has to look at; `bowlby record` has them."""

Progress = Callable[[int, int], None]


def check_study(study: OpenStudy, progress: Progress | None = None) -> tuple[StudyProblem, ...]:
    """Return everything that is wrong with a study.

    Args:
        study: opened without being strict.
        progress: called with files done and in all.

    Returns:
        Problems: of the manifest, of the study file, of the codebook, of the records.
    """
    found = [problem_of(one) for one in study.refusals]
    found += _of_rows(study)
    found += _of_plan(study)
    found += _of_files(study)
    broken = _of_codebook(study)
    return (*found, *(broken or _of_records(study, progress)))


def _of_rows(study: OpenStudy) -> Iterator[StudyProblem]:
    """Yield what is wrong with who, when and by whom."""
    place = str(study.manifest.source)
    rules: tuple[tuple[str, str, Callable[[StudySession], bool]], ...] = (
        ("no child", "Fill in the column child.", lambda one: not one.child),
        ("no visit", "Fill in the column visit; 1 where there was one.", lambda one: not one.said("visit")),
        (
            "an age that is no number of months",
            "Write age_months as a number.",
            lambda one: not _is_number(one.said("age_months"), least=0),
        ),
        (
            "a coding that is neither main nor double",
            f"Write {MAIN} or {DOUBLE} in the column {CODING}.",
            lambda one: one.said(CODING) not in ("", MAIN, DOUBLE),
        ),
        ("no coder, though coded twice", "Name both coders in the column coder.", _is_unsigned_pair(study)),
    )
    for kind, remedy, holds in rules:
        hit = [one.label for one in study.sessions if holds(one)]
        if hit:
            yield StudyProblem(place, f"{kind}: {counted(hit)}", remedy)
    yield from _of_pairs(study, place)
    yield from _of_days(study, place)


def _is_unsigned_pair(study: OpenStudy) -> Callable[[StudySession], bool]:
    unsigned = {one.label for pair in study.pairs for one in pair if not one.said("coder")}
    return lambda one: one.label in unsigned


def _is_number(text: str, least: float) -> bool:
    if not text:
        return True
    try:
        return float(text) >= least
    except ValueError:
        return False


def _of_pairs(study: OpenStudy, place: str) -> Iterator[StudyProblem]:
    first = {one.occasion for one in study.main}
    alone = [one.label for one in study.sessions if not one.is_main and one.occasion not in first]
    if alone:
        kind = f"a second coding without a main one: {counted(alone)}"
        yield StudyProblem(place, kind, "Write the same child, caregiver and visit as the main coding has.")
    same = [b.label for a, b in study.pairs if a.said("coder") and a.said("coder") == b.said("coder")]
    if same:
        kind = f"two codings of one session by one coder: {counted(same)}"
        yield StudyProblem(place, kind, "Name the second coder, or leave the row out: this is no agreement.")
    times = Counter(one.occasion for one in study.main)
    twice = [" ".join(filter(None, occasion)) for occasion, count in times.items() if count > 1 and occasion[0]]
    if twice:
        kind = f"two main codings of one child and visit: {counted(twice)}"
        yield StudyProblem(place, kind, "Number the visits apart, or call one of the codings double.")


def _of_days(study: OpenStudy, place: str) -> Iterator[StudyProblem]:
    visits = Counter(one.dyad for one in study.main)
    if study.plan.inference.axes and max(visits.values(), default=0) > 1:
        blank = [one.label for one in study.main if not one.said(DAY)]
        if blank:
            kind = f"no day: {counted(blank)}"
            remedy = "Count days from the first visit in the column day: visits of unknown day count as one day."
            yield StudyProblem(place, kind, remedy)


def _of_plan(study: OpenStudy) -> Iterator[StudyProblem]:
    """Yield columns that the study file names and the manifest cannot serve."""
    plan, rows = study.plan, study.manifest.rows
    named = [("groups.column", plan.groups.column), ("associations.classes", plan.associations.classes)]
    named += [("groups.covariates", name) for name in plan.groups.covariates]
    named += [("associations.ratings", name) for name in plan.associations.ratings]
    for key, column in named:
        if column and column not in rows.columns:
            columns = ", ".join(name for name in rows.columns if name != "path")
            yield StudyProblem(
                str(study.path), f"{key} names a column that the manifest has not: {column}", f"Columns: {columns}."
            )
    for column in (*plan.groups.covariates, *plan.associations.ratings):
        if column in rows.columns and rows[column].dtype == pl.String:
            words = [text for text in rows[column].drop_nulls() if not _is_number(text, least=float("-inf"))]
            if words:
                kind = f"{column} holds what is no number: {counted(words)}"
                yield StudyProblem(str(study.manifest.source), kind, "Write numbers, or leave the cells empty.")
    for column in filter(None, (plan.groups.column, plan.associations.classes)):
        if column in rows.columns:
            yield from _of_groups(study, column)


def _of_groups(study: OpenStudy, column: str) -> Iterator[StudyProblem]:
    place = str(study.manifest.source)
    words: dict[str, set[str]] = {}
    for one in study.main:
        if one.child and one.said(column):
            words.setdefault(one.child, set()).add(one.said(column))
    torn = [child for child, own in words.items() if len(own) > 1]
    if torn:
        kind = f"more than one {column}: {counted(torn)}"
        yield StudyProblem(place, kind, f"Write the same {column} in each row of a child.")
    blank = [child for child in study.children if child not in words]
    if blank:
        yield StudyProblem(place, f"no {column}: {counted(blank)}", "Fill it in; without it a child is left out.")
    sizes = Counter(next(iter(own)) for own in words.values() if len(own) == 1)
    small = [f"{name} ({size})" for name, size in sizes.items() if size < FEWEST_CHILDREN]
    if small:
        kind = f"fewer than {FEWEST_CHILDREN} children in a {column}: {counted(small)}"
        yield StudyProblem(place, kind, "Nothing is compared with so few; put groups together or leave them out.")


def _of_files(study: OpenStudy) -> Iterator[StudyProblem]:
    for path in study.files:
        if not path.is_file():
            names = [one.name for one in study.sessions if one.file == path]
            yield StudyProblem(names[0], "there is no such file", "Correct its path: it is counted from the manifest.")
    for first, again in same_twice([path for path in study.files if path.is_file()]):
        kind = f"the same data as {first.name}, byte for byte"
        yield StudyProblem(str(again), kind, "Give each session its own file, or delete one of the rows.")
    listed = set(study.files)
    folders = sorted({path.parent for path in listed if path.parent.is_dir()})
    suffixes = {path.suffix.lower() for path in listed}
    own = {study.manifest.source.resolve()}
    for folder in folders:
        beside = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in suffixes and path.is_file()]
        left = [path.name for path in beside if path.resolve() not in listed | own]
        if left:
            yield StudyProblem(
                str(folder), f"files without a row: {counted(left)}", "Add a row for each, or move them."
            )


def _of_codebook(study: OpenStudy) -> list[StudyProblem]:
    if study.codebook is None:
        return []
    try:
        book = load_codebook(study.codebook)
    except BowlbyError as error:
        return [problem_of(error)]
    if book.entries:
        return []
    remedy = "Take the # off the suggestions that you agree with, and fill in the rest."
    return [StudyProblem(str(study.codebook), "nothing is mapped yet", remedy)]


def _of_records(study: OpenStudy, progress: Progress | None) -> list[StudyProblem]:
    """Return what is wrong with the records; what several of them share stands once."""
    kinds: dict[ProblemKind, list[str]] = {}
    codes: dict[tuple[str, str], Counter[str]] = {}
    found: list[StudyProblem] = []
    there = [path for path in study.files if path.is_file()]
    for done, path in enumerate(there, 1):
        own = [one for one in study.sessions if one.file == path]
        try:
            coded = load_coded([path], study.how)
        except BowlbyError as error:
            found.append(problem_of(error, own[0].name))
            continue
        finally:
            if progress is not None:
                progress(done, len(there))
        for problem in coded.record.quality:
            if problem.kind is not ProblemKind.UNMAPPED_CODE and problem.kind not in IN_ORDER:
                kinds.setdefault(problem.kind, []).append(f"{own[0].name} ({problem.count})")
        for code in coded.unmapped:
            codes.setdefault((code.actor, code.code), Counter())[own[0].name] += code.count
        found += _of_sessions(own, coded)
    found += [StudyProblem(counted(files), str(kind), REMEDIES[kind]) for kind, files in kinds.items()]
    for (actor, code), files in codes.items():
        kind = f"unmapped code: {code}{f' of {actor}' if actor else ''}"
        named = counted(f"{file} ({count})" for file, count in files.items())
        found.append(StudyProblem(named, kind, REMEDIES[ProblemKind.UNMAPPED_CODE]))
    return found


def _of_sessions(own: Sequence[StudySession], coded: CodedRecord) -> Iterator[StudyProblem]:
    for one in own:
        if one.session is None and len(coded.sessions) > 1:
            kind = f"the file has {len(coded.sessions)} sessions and one row: {counted(coded.sessions)}"
            yield StudyProblem(one.name, kind, "Give each session a row, and name it in the column session.")
        elif one.session is not None and one.session not in coded.sessions:
            kind = f"there is no session {one.session!r} in the file"
            yield StudyProblem(one.name, kind, f"Sessions: {counted(coded.sessions, 10)}.")
    if coded.acts.is_empty() and not coded.record.events.is_empty():
        yield StudyProblem(own[0].name, "none of its codes is mapped", REMEDIES[ProblemKind.UNMAPPED_CODE])
    for session in coded.sessions:
        who = pairs(coded, session)
        if len(who) > 1:
            names = [f"{pair.child or 'child'} with {pair.caregiver or 'caregiver'}" for pair in who]
            kind = f"several children or caregivers in {session}: {counted(names)}"
            yield StudyProblem(
                own[0].name, kind, "Each pair is measured by itself; labels of one person: [codebook] same."
            )
