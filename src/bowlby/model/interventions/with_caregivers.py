"""Interventions that work through a caregiver at home or through a teacher."""

from __future__ import annotations

from collections.abc import Mapping

from bowlby.model.interventions.intervention import Dose, EvidenceLevel, Indication, Intervention, TraitTarget, moves
from bowlby.model.life.population import reference_file
from bowlby.model.parameter import Basis

TRAINED: float = reference_file()["training"]["estimate"]
"""Shift of each trait by responsiveness training, in population standard deviations: fitted so that sensitivity rated
in an hour at home differs by d = .33 between all who were allotted to it and the others (row F01)."""

AS_RATED = TRAINED / 0.3
"""How much larger a shift is than what raters make of it: an hour and a rater's error hide the rest. Sizes of the other
programmes are assumed as rated, and multiplied by it."""


def _as_rated(sizes: Mapping[str, float]) -> dict[str, float]:
    """Return shifts that come out at these sizes when rated; frightening acts are counted, not rated."""
    counted = ("provoked_", "unprovoked_")
    return {name: size if name.startswith(counted) else AS_RATED * size for name, size in sizes.items()}


RESPONSIVENESS_TRAINING = Intervention(
    name="responsiveness training",
    statement=(
        "A visitor films caregiver and child at home and looks at the film with the caregiver: what the child signals, "
        "when to answer and when to follow. The caregiver answers more, sooner and more warmly, imposes less and "
        "shares more play and closeness."
    ),
    covers=("responsiveness training", "responsive consistent care"),
    moves=moves(
        TraitTarget.HOME,
        EvidenceLevel.META_ANALYSIS,
        {
            "answer_base": TRAINED,
            "latency_median": -TRAINED,
            "warmth": TRAINED,
            "intrusion": -TRAINED,
            "engagement_rate": TRAINED,
            "holding": TRAINED,
        },
        Basis.CALIBRATED,
    ),
    dose=Dose(sessions=6, duration=4.0, delay=4.0, kept=0.8, fade=12.0),
    limits=Indication(youngest=3.0, oldest=72.0, drop_out=0.1),
    evidence=EvidenceLevel.META_ANALYSIS,
    says=(
        "Sensitivity rises by d = .33 in randomized trials, security by less. The shifts are fitted to that figure as "
        "raters see it; how much of it is kept is assumed."
    ),
    citations=(
        "Bakermans-Kranenburg, van IJzendoorn & Juffer 2003, Psychol Bull 129:195",
        "O'Hara et al. 2019, Cochrane Database Syst Rev CD012348",
        "Juffer, Bakermans-Kranenburg & van IJzendoorn 2017, Curr Opin Psychol 15:45",
    ),
)

CATCH_UP = Intervention(
    name="attachment and biobehavioral catch-up",
    statement=(
        "Ten home visits with comment in the moment: nurture also a child that turns away, follow its lead, and do not "
        "frighten. The caregiver answers and warms more, imposes less and frightens less."
    ),
    covers=("attachment and biobehavioral catch-up (ABC)", "attachment repair"),
    moves=moves(
        TraitTarget.HOME,
        EvidenceLevel.RANDOMIZED,
        _as_rated(
            {
                "answer_base": 0.3,
                "latency_median": -0.2,
                "warmth": 0.3,
                "intrusion": -0.4,
                "unprovoked_frightening": -0.5,
                "unprovoked_harsh": -0.5,
                "provoked_frightening": -0.5,
                "provoked_harsh": -0.5,
            }
        ),
    ),
    dose=Dose(sessions=10, duration=3.0, delay=3.0, kept=0.7, fade=12.0),
    limits=Indication(youngest=6.0, oldest=48.0, drop_out=0.2),
    evidence=EvidenceLevel.RANDOMIZED,
    says="Fewer disorganized and more secure children in families known to child protection; sizes here are assumed.",
    citations=(
        "Bernard et al. 2012, Child Dev 83:623",
        "Bick & Dozier 2013, Infant Ment Health J 34:95",
        "Facompré, Bernard & Waters 2018, Dev Psychopathol 30:1",
    ),
)

CHILD_PARENT = Intervention(
    name="child-parent psychotherapy",
    statement=(
        "A year of weekly sessions with caregiver and child together on what happened to either and on how they are "
        "with each other. The caregiver answers and warms more, is more at rest and frightens less."
    ),
    covers=("child-parent psychotherapy (CPP)", "attachment repair"),
    moves=moves(
        TraitTarget.HOME,
        EvidenceLevel.RANDOMIZED,
        _as_rated(
            {
                "answer_base": 0.5,
                "warmth": 0.5,
                "presence": 0.3,
                "background_stress": -0.3,
                "unprovoked_frightening": -0.7,
                "unprovoked_harsh": -0.7,
                "provoked_frightening": -0.7,
                "provoked_harsh": -0.7,
            }
        ),
    ),
    dose=Dose(sessions=50, duration=12.0, delay=9.0, kept=0.8, fade=12.0),
    limits=Indication(youngest=1.0, oldest=72.0, drop_out=0.25),
    evidence=EvidenceLevel.RANDOMIZED,
    says=(
        "Large changes of security in maltreated infants, of a size that no other programme has matched and that a "
        "second programme in the same trial did match; sizes here are assumed and smaller."
    ),
    citations=(
        "Cicchetti, Rogosch & Toth 2006, Dev Psychopathol 18:623",
        "Lieberman, Van Horn & Ippen 2005, J Am Acad Child Adolesc Psychiatry 44:1241",
    ),
)

CIRCLE = Intervention(
    name="circle of security",
    statement=(
        "Groups of caregivers watch films and learn to see when a child explores and when it needs them. The caregiver "
        "answers distress somewhat more and meets it less harshly."
    ),
    covers=("circle of security",),
    moves=moves(
        TraitTarget.HOME,
        EvidenceLevel.MIXED,
        _as_rated({"answer_base": 0.15, "answer_slope": 0.15, "provoked_frightening": -0.3, "provoked_harsh": -0.3}),
    ),
    dose=Dose(sessions=8, duration=3.0, delay=3.0, kept=0.6, fade=12.0),
    limits=Indication(youngest=4.0, oldest=72.0, drop_out=0.3),
    evidence=EvidenceLevel.MIXED,
    says=(
        "The larger randomized trial found no main effect on security and fewer unsupportive answers to distress; "
        "promising figures of the first version come from a study without a control group."
    ),
    citations=(
        "Cassidy et al. 2017, Dev Psychopathol 29:651",
        "Hoffman et al. 2006, J Consult Clin Psychol 74:1017",
        "Yaholkoski, Hurl & Theule 2016, J Infant Child Adolesc Psychother 15:95",
    ),
)

AVAILABILITY = Intervention(
    name="emotional-availability enhancement",
    statement=(
        "Groups and coaching on being emotionally there: warmth, presence, play, and leaving the lead to the child."
    ),
    covers=("emotional-availability enhancement",),
    moves=moves(
        TraitTarget.HOME,
        EvidenceLevel.MIXED,
        _as_rated({"warmth": 0.3, "presence": 0.3, "engagement_rate": 0.3, "intrusion": -0.3, "answer_base": 0.15}),
    ),
    dose=Dose(sessions=6, duration=2.0, delay=2.0, kept=0.6, fade=12.0),
    limits=Indication(youngest=1.0, oldest=72.0, drop_out=0.2),
    evidence=EvidenceLevel.MIXED,
    says="Small trials, mostly by the programme's authors, with gains in observed availability; sizes assumed.",
    citations=("Baker, Biringen, Meyer-Parsons & Schneider 2015, Infant Ment Health J 36:179",),
)

STEADY_SUPPORT = Intervention(
    name="consistent emotional support",
    statement=(
        "Long, regular visits that support the caregiver, so that the child has one dependable person: longer spells "
        "of availability, shorter gaps, fewer separations, and answers also on bad days."
    ),
    covers=("consistent emotional support", "secure relationships"),
    moves=moves(
        TraitTarget.HOME,
        EvidenceLevel.MIXED,
        {
            "sojourn_available": 0.6,
            "sojourn_unavailable": -0.4,
            "answer_unavailable": 0.4,
            "never_share": -0.3,
            "presence": 0.3,
            "separation_rate": -0.3,
        },
    ),
    dose=Dose(sessions=40, duration=12.0, delay=6.0, kept=0.6, fade=12.0),
    limits=Indication(youngest=0.0, oldest=216.0, drop_out=0.2),
    evidence=EvidenceLevel.MIXED,
    says="Supportive home visiting raised responsiveness and security in small trials with infants; sizes assumed.",
    citations=(
        "Heinicke et al. 1999, J Am Acad Child Adolesc Psychiatry 38:356",
        "Lyons-Ruth, Connell, Grunebaum & Botein 1990, Child Dev 61:85",
    ),
)

DYADIC_DEVELOPMENTAL = Intervention(
    name="dyadic developmental psychotherapy",
    statement=(
        "Sessions with a foster or adoptive caregiver and the child in a playful, accepting and curious manner. By its "
        "mechanism the caregiver answers and warms more and imposes less."
    ),
    covers=("dyadic developmental psychotherapy (DDP)", "attachment repair"),
    moves=moves(
        TraitTarget.HOME,
        EvidenceLevel.NO_ADEQUATE_TRIAL,
        _as_rated({"answer_base": 0.3, "warmth": 0.4, "intrusion": -0.3, "engagement_rate": 0.3}),
    ),
    dose=Dose(sessions=30, duration=12.0, delay=9.0, kept=0.7, fade=12.0),
    limits=Indication(youngest=36.0, oldest=216.0, drop_out=0.2),
    evidence=EvidenceLevel.NO_ADEQUATE_TRIAL,
    says="No adequate trial: the comparisons there are were not randomized. Mechanism only.",
    citations=("Turner-Halliday et al. 2014, BMC Psychiatry 14:347",),
)

PLAY_THERAPY = Intervention(
    name="attachment-focused play therapy",
    statement=(
        "Guided play of caregiver and child. By its mechanism there is more play, in denser bouts, with more holding "
        "that the child accepts, and more warmth."
    ),
    covers=("attachment-focused play therapy",),
    moves=moves(
        TraitTarget.HOME,
        EvidenceLevel.NO_ADEQUATE_TRIAL,
        _as_rated({"engagement_rate": 0.5, "engagement_burst": 0.3, "holding": 0.3, "warmth": 0.3}),
    ),
    dose=Dose(sessions=20, duration=6.0, delay=4.0, kept=0.6, fade=12.0),
    limits=Indication(youngest=18.0, oldest=144.0, drop_out=0.2),
    evidence=EvidenceLevel.NO_ADEQUATE_TRIAL,
    says="No adequate trial for children after neglect or harm. Mechanism only.",
    citations=("Money, Wilde & Dawson 2021, Child Adolesc Ment Health 26:238",),
)

TEACHER_CONSULTATION = Intervention(
    name="teacher consultation",
    statement=(
        "A consultant helps the present teacher to stay with a child that acts out and to hear one that asks for "
        "little: less withdrawal, more answers, more warmth, less harshness. The next teacher starts anew."
    ),
    covers=("teacher consultation",),
    moves=moves(
        TraitTarget.SCHOOL,
        EvidenceLevel.RANDOMIZED,
        {
            "withdrawal": -0.6,
            "answer_base": 0.3,
            "warmth": 0.3,
            "stress_gain": -0.3,
            "provoked_harsh": -0.3,
        },
    ),
    dose=Dose(sessions=10, duration=6.0, delay=3.0, kept=0.7, fade=12.0),
    limits=Indication(youngest=24.0, oldest=216.0, drop_out=0.15),
    evidence=EvidenceLevel.RANDOMIZED,
    says="Less acting out as teachers rate it and warmer exchanges in randomized trials; sizes assumed.",
    citations=(
        "Gilliam, Maupin & Reyes 2016, J Am Acad Child Adolesc Psychiatry 55:754",
        "Driscoll & Pianta 2010, Early Educ Dev 21:38",
    ),
)

ENTRIES: tuple[Intervention, ...] = (
    RESPONSIVENESS_TRAINING,
    CATCH_UP,
    CHILD_PARENT,
    CIRCLE,
    AVAILABILITY,
    STEADY_SUPPORT,
    DYADIC_DEVELOPMENTAL,
    PLAY_THERAPY,
    TEACHER_CONSULTATION,
)
