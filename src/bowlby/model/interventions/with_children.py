"""Interventions that work with the child: therapies of trauma, and training of regulation."""

from __future__ import annotations

from bowlby.model.interventions.intervention import Dose, EvidenceLevel, Indication, Intervention, TraitTarget, moves

TRAUMA_FOCUSED = Intervention(
    name="trauma-focused cognitive behavioural therapy",
    statement=(
        "Regulation skills, then telling and facing what happened, with the caregiver taking part. What was learned to "
        "be dangerous is unlearned sooner, arousal rises less, and the caregiver answers somewhat more."
    ),
    covers=("trauma-focused CBT (TF-CBT)", "regulation skills"),
    moves=(
        *moves(
            TraitTarget.CHILD,
            EvidenceLevel.META_ANALYSIS,
            {"threat_down": 1.5, "caution": -0.5, "inhibition": -0.3, "irritability": -0.4, "soothability": 0.3},
        ),
        *moves(TraitTarget.HOME, EvidenceLevel.META_ANALYSIS, {"answer_base": 0.15, "provoked_harsh": -0.2}),
    ),
    dose=Dose(sessions=14, duration=5.0, delay=4.0, kept=0.8, fade=12.0),
    limits=Indication(youngest=36.0, oldest=216.0, drop_out=0.25, needs_safety=True),
    evidence=EvidenceLevel.META_ANALYSIS,
    says=(
        "Large against waiting, moderate against other treatment, for symptoms of post-traumatic stress; what it does "
        "to traits of learning is assumed."
    ),
    citations=(
        "Morina, Koerssen & Pollet 2016, Clin Psychol Rev 47:41",
        "Cohen, Deblinger, Mannarino & Steer 2004, J Am Acad Child Adolesc Psychiatry 43:393",
        "Lewey et al. 2018, J Child Adolesc Trauma 11:457",
    ),
)

EYE_MOVEMENT = Intervention(
    name="eye movement desensitization and reprocessing",
    statement=(
        "The child recalls what happened while following a movement. What was learned to be dangerous is unlearned "
        "sooner and arousal rises less."
    ),
    covers=("EMDR",),
    moves=moves(
        TraitTarget.CHILD, EvidenceLevel.META_ANALYSIS, {"threat_down": 1.2, "caution": -0.4, "irritability": -0.3}
    ),
    dose=Dose(sessions=8, duration=3.0, delay=2.0, kept=0.8, fade=12.0),
    limits=Indication(youngest=48.0, oldest=216.0, drop_out=0.2, needs_safety=True),
    evidence=EvidenceLevel.META_ANALYSIS,
    says="Small trials, pooled; about as much as cognitive behavioural therapy, or a little less. Sizes assumed.",
    citations=(
        "Rodenburg et al. 2009, Clin Psychol Rev 29:599",
        "Moreno-Alcázar et al. 2017, Front Psychol 8:1750",
        "Lewey et al. 2018, J Child Adolesc Trauma 11:457",
    ),
)

MINDFULNESS = Intervention(
    name="mindfulness",
    statement="Training of attention to the moment. Arousal rises a little less and fades a little sooner.",
    covers=("mindfulness", "regulation skills"),
    moves=moves(TraitTarget.CHILD, EvidenceLevel.MIXED, {"irritability": -0.2, "soothability": 0.2, "anger": -0.15}),
    dose=Dose(sessions=8, duration=3.0, delay=2.0, kept=0.3, fade=6.0),
    limits=Indication(youngest=72.0, oldest=216.0, drop_out=0.15, needs_safety=True),
    evidence=EvidenceLevel.MIXED,
    says=(
        "Small gains over children at large, less against active comparison, none in the largest school trial; few "
        "trials after maltreatment. Sizes assumed."
    ),
    citations=(
        "Dunning et al. 2019, J Child Psychol Psychiatry 60:244",
        "Kuyken et al. 2022, Evid Based Ment Health 25:99",
    ),
)

SOMATIC = Intervention(
    name="somatic regulation",
    statement=(
        "Somatic experiencing and kin: attention to bodily sensations and their settling. By its mechanism arousal "
        "rises less and fades sooner."
    ),
    covers=("somatic experiencing", "regulation skills"),
    moves=moves(TraitTarget.CHILD, EvidenceLevel.NO_ADEQUATE_TRIAL, {"irritability": -0.3, "soothability": 0.3}),
    dose=Dose(sessions=15, duration=4.0, delay=3.0, kept=0.5, fade=12.0),
    limits=Indication(youngest=60.0, oldest=216.0, drop_out=0.2, needs_safety=True),
    evidence=EvidenceLevel.NO_ADEQUATE_TRIAL,
    says="No adequate trial with children; one randomized trial with adults. Mechanism only.",
    citations=(
        "Brom et al. 2017, J Trauma Stress 30:304",
        "Kuhfuß et al. 2021, Eur J Psychotraumatol 12:1929023",
    ),
)

SENSORY = Intervention(
    name="sensory integration",
    statement=(
        "Play with touch, movement and balance, fitted to the child. By its mechanism arousal rises less and fades "
        "sooner."
    ),
    covers=("sensory integration",),
    moves=moves(TraitTarget.CHILD, EvidenceLevel.NO_ADEQUATE_TRIAL, {"irritability": -0.3, "soothability": 0.2}),
    dose=Dose(sessions=30, duration=4.0, delay=3.0, kept=0.4, fade=12.0),
    limits=Indication(youngest=24.0, oldest=144.0, drop_out=0.15),
    evidence=EvidenceLevel.NO_ADEQUATE_TRIAL,
    says="No adequate trial for children after neglect; what trials there are concern autism. Mechanism only.",
    citations=("Schaaf et al. 2014, J Autism Dev Disord 44:1493",),
)

ENTRIES: tuple[Intervention, ...] = (TRAUMA_FOCUSED, EYE_MOVEMENT, MINDFULNESS, SOMATIC, SENSORY)
