"""Published findings that claims are held against: facts with their citations, in our own words.

`read` says that the figure was read in the paper's abstract or first page; the rest is known in general, gives
orientation, and by itself never makes a claim agree or disagree. `used` marks findings that the model was set by.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ClaimMetric(StrEnum):
    """Scale of a figure."""

    D = "d"
    G = "g"
    R = "r"
    SMD = "SMD"
    PERCENT = "%"
    NONE = ""


@dataclass(frozen=True)
class ClaimFinding:
    """One published finding.

    Args:
        id: of the row in the project's table of published figures, or "" where it is not in it.
        found: what was found, a few words.
        citation: authors, year, journal.
        read: whether it was read in the paper's abstract or first page.
        metric: scale of the figure.
        estimate: the figure, or None.
        low: end of its 95 % interval, or None.
        high: end of its 95 % interval, or None.
        used: whether a number of the model was set by it.
    """

    id: str
    found: str
    citation: str
    read: bool = True
    metric: ClaimMetric = ClaimMetric.NONE
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    used: bool = False

    @property
    def figure(self) -> str:
        """The figure with its interval, or what was found where there is none."""
        if self.estimate is None:
            return self.found
        size = (
            f"{self.metric} = {self.estimate:g}" if self.metric is not ClaimMetric.PERCENT else f"{self.estimate:g} %"
        )
        ends = f" ({self.low:g} to {self.high:g})" if self.low is not None and self.high is not None else ""
        return f"{self.found}: {size}{ends}"


_D, _G, _R, _SMD, _P = ClaimMetric.D, ClaimMetric.G, ClaimMetric.R, ClaimMetric.SMD, ClaimMetric.PERCENT
_PARENTING = "Madigan et al. 2024, Psychol Bull 150:839"
_DISORGANIZED = "van IJzendoorn, Schuengel & Bakermans-Kranenburg 1999, Dev Psychopathol 11:225"
_EXECUTIVE = "Johnson et al. 2021, JAMA Pediatr 175:e212511"
_BUCHAREST = "Smyke et al. 2010, Child Dev 81:212"
_HILDYARD = "Hildyard & Wolfe 2002, Child Abuse Negl 26:679"
_TRAINING = "Bakermans-Kranenburg, van IJzendoorn & Juffer 2003, Psychol Bull 129:195"
_TRAUMA_TRIALS = "Morina, Koerssen & Pollet 2016, Clin Psychol Rev 47:41"
_CPP = "Cicchetti, Rogosch & Toth 2006, Dev Psychopathol 18:623"
_VIDEO = "O'Hara et al. 2019, Cochrane Database Syst Rev CD012348"

SENSITIVITY = ClaimFinding("B18", "sensitivity with security", _PARENTING, True, _R, 0.26, 0.22, 0.29)
SENSITIVITY_AVOIDANCE = ClaimFinding("B20", "sensitivity with avoidance", _PARENTING, True, _R, -0.24, -0.34, -0.13)
CONTACT = ClaimFinding(
    "B03", "physical contact with security", "De Wolff & van IJzendoorn 1997, Child Dev 68:571", False, _R, 0.09
)
CONTIGUITY = ClaimFinding(
    "B02", "contiguity of response with security", "De Wolff & van IJzendoorn 1997, Child Dev 68:571", False, _R, 0.10
)
STIMULATION = ClaimFinding(
    "", "stimulation with security", "De Wolff & van IJzendoorn 1997, Child Dev 68:571", False, _R, 0.18
)
COOPERATION = ClaimFinding(
    "",
    "cooperation, the contrary of interference, with security",
    "De Wolff & van IJzendoorn 1997, Child Dev 68:571",
    False,
    _R,
    0.13,
)
INCONSISTENT = ClaimFinding(
    "",
    "resistant infants: caregivers who are little or inconsistently available",
    "Cassidy & Berlin 1994, Child Dev 65:971",
    False,
)
ANOMALOUS = ClaimFinding(
    "B24", "anomalous caregiving with disorganization", "Madigan et al. 2006, Attach Hum Dev 8:89", True, _R, 0.34
)
INTRUSIVENESS = ClaimFinding(
    "B28", "intrusiveness with disorganization", "McIntosh et al. 2021, Dev Psychopathol 33:240", True, _R, 0.31
)
UNAVAILABLE = ClaimFinding(
    "B39",
    "psychologically unavailable caregivers: insecure, mainly avoidant, at 18 months",
    "Egeland & Sroufe 1981, New Dir Child Dev 11:77",
    False,
)
STILL_FACE = ClaimFinding(
    "B40",
    "when the partner stops responding, positive affect and gaze fall and negative affect rises",
    "Mesman, van IJzendoorn & Bakermans-Kranenburg 2009, Dev Rev 29:120",
)
MALTREATED_D = ClaimFinding("A25", "disorganized among the maltreated", _DISORGANIZED, False, _P, 48.0)
RISK_D = ClaimFinding("A23", "disorganized two or three times as often outside the middle class", _DISORGANIZED)
INSTITUTION_D = ClaimFinding(
    "A39",
    "disorganized or unclassifiable in institutions",
    "Lionetti, Pastore & Barone 2015, Child Abuse Negl 42:135",
    True,
    _P,
    54.0,
)
LATE_ADOPTION = ClaimFinding(
    "A51",
    "adopted after 12 months less secure than others; those adopted earlier as secure",
    "van den Dries et al. 2009, Child Youth Serv Rev 31:410",
    True,
    _D,
    0.80,
    0.49,
    1.12,
)
STABILITY = ClaimFinding(
    "C02", "security from infancy to preschool", "Opie et al. 2021, Attach Hum Dev 23:897", True, _R, 0.28
)
EXTERNALIZING = ClaimFinding(
    "D01", "insecurity and externalizing", "Fearon et al. 2010, Child Dev 81:435", True, _D, 0.31, 0.23, 0.40
)
D_EXTERNALIZING = ClaimFinding(
    "D05", "disorganization and externalizing", "Fearon et al. 2010, Child Dev 81:435", True, _D, 0.34, 0.18, 0.50
)
INTERNALIZING = ClaimFinding(
    "D08", "insecurity and internalizing", "Groh et al. 2012, Child Dev 83:591", True, _D, 0.15, 0.06, 0.25
)
PEERS = ClaimFinding(
    "D17", "security and peer competence", "Groh et al. 2014, Attach Hum Dev 16:103", True, _D, 0.39, 0.32, 0.47
)
TEACHER_RELATION = ClaimFinding(
    "D33",
    "early insecurity and a poorer relationship with teachers",
    "O'Connor & McCartney 2006, Early Educ Dev 17:301",
    False,
)
TEACHER_MEDIATES = ClaimFinding(
    "D30",
    "insecurity at 36 months to problems in fifth grade by way of the teacher-child relationship",
    "O'Connor, Collins & Supplee 2012, Attach Hum Dev 14:265",
)
TEACHER_DEPENDENCY = ClaimFinding(
    "D31",
    "early insecurity and more dependency on the teacher at 54 months",
    "study of child-teacher dependency in NICHD SECCYD, PMC7572431",
)
TEACHER_ENGAGEMENT = ClaimFinding(
    "D34",
    "positive relationship with the teacher and engagement",
    "Roorda et al. 2011, Rev Educ Res 81:493",
    False,
    _R,
    0.39,
)
TEACHER_ACHIEVEMENT = ClaimFinding(
    "D36",
    "positive relationship with the teacher and achievement",
    "Roorda et al. 2011, Rev Educ Res 81:493",
    False,
    _R,
    0.16,
)
TEACHER_PROBLEMS = ClaimFinding(
    "D39",
    "good relationship with the teacher and fewer externalizing problems",
    "Lei, Cui & Chiu 2016, Front Psychol 7:1311",
)
ADULT_ANXIETY = ClaimFinding(
    "D52",
    "childhood maltreatment and adult attachment anxiety",
    "Li et al. 2026, Trauma Violence Abuse, online",
    True,
    _R,
    0.23,
)
ADULT_AVOIDANCE = ClaimFinding(
    "D53",
    "childhood maltreatment and adult attachment avoidance",
    "Li et al. 2026, Trauma Violence Abuse, online",
    True,
    _R,
    0.20,
)
ADULT_TRACE = ClaimFinding(
    "D57", "early caregiving traced to adult styles, modestly", "Fraley et al. 2013, J Pers Soc Psychol 104:817"
)
LONG_STABILITY = ClaimFinding(
    "C04",
    "attachment over more than 15 years: not stable",
    "Pinquart, Feussner & Ahnert 2013, Attach Hum Dev 15:189",
    False,
)
ANGER_BIAS = ClaimFinding(
    "E01",
    "physically abused children lean to seeing anger",
    "Pollak, Cicchetti, Hornung & Reed 2000, Dev Psychol 36:679",
)
POOR_DISCRIMINATION = ClaimFinding(
    "E02",
    "neglected children tell emotions apart less well",
    "Pollak, Cicchetti, Hornung & Reed 2000, Dev Psychol 36:679",
)
ANGER_SOON = ClaimFinding(
    "E03", "physically abused children see anger from less of it", "Pollak & Sinha 2002, Dev Psychol 38:784"
)
AMYGDALA = ClaimFinding(
    "E05", "the maltreated: more amygdala response to faces", "Hein & Monk 2017, J Child Psychol Psychiatry 58:222"
)
EXECUTIVE = ClaimFinding("E14", "deprivation goes with less inhibition and working memory than threat does", _EXECUTIVE)
ORPHANAGE_IQ = ClaimFinding(
    "E21",
    "intelligence in institutions below that in families",
    "van IJzendoorn, Luijk & Juffer 2008, Merrill-Palmer Q 54:341",
    True,
    _D,
    0.74,
)
LANGUAGE = ClaimFinding(
    "E28",
    "vocabulary of maltreated children below that of others",
    "Lum et al. 2015, J Speech Lang Hear Res 58:961",
    True,
    _SMD,
    0.463,
    0.293,
    0.634,
)
LANGUAGE_BY_TYPE = ClaimFinding(
    "E31",
    "abused and neglected children do not differ in language delay",
    "Sylvestre, Bussieres & Bouchard 2016, Child Maltreat 21:47",
)
BLUNTED = ClaimFinding(
    "E37",
    "cortisol response to stress after early adversity: blunted",
    "Bunea et al. 2017, Transl Psychiatry 7:1274",
    True,
    _G,
    -0.39,
)
THREAT_PROBLEMS = ClaimFinding(
    "E44", "threat and psychopathology, r .21 to .26", "Lee et al. 2024, Dev Psychopathol, online", False
)
DEPRIVATION_PROBLEMS = ClaimFinding(
    "E45", "deprivation and psychopathology, r .16 to .19", "Lee et al. 2024, Dev Psychopathol, online", False
)
NEGLECT_WITHDRAWS = ClaimFinding("E47", "neglect: withdrawal, fewer bids to peers; abuse: aggression", _HILDYARD, False)
RAD_FOSTER = ClaimFinding(
    "E50",
    "reactive attachment disorder in maltreated toddlers in foster care, 38 to 40 %",
    "Zeanah et al. 2004, Child Abuse Negl 28:877",
)
DISINHIBITED = ClaimFinding(
    "E51",
    "disinhibited attachment disorder in children adopted out of care",
    "Kay, Green & Sharma 2016, J Abnorm Child Psychol, doi 10.1007/s10802-016-0131-2",
    True,
    _P,
    49.0,
)
REUNION_RSA = ClaimFinding(
    "D24",
    "insecure children: more vagal reactivity at reunion, none at baseline",
    "Groh & Narayan 2019, Child Dev 90:679",
    True,
    _G,
    0.26,
)
TRAINING_SENSITIVITY = ClaimFinding("F01", "training and sensitivity", _TRAINING, True, _D, 0.33, used=True)
TRAINING_SECURITY = ClaimFinding("F02", "training and security", _TRAINING, True, _D, 0.20)
ORGANIZED = ClaimFinding(
    "F03",
    "interventions and organized attachment",
    "Facompre, Bernard & Waters 2018, Dev Psychopathol 30:1",
    True,
    _D,
    0.35,
    0.10,
    0.61,
)
VIDEO_BEHAVIOUR = ClaimFinding("F09", "video feedback and child behaviour", _VIDEO, True, _SMD, 0.04, -0.33, 0.42)
VIDEO_SECURITY = ClaimFinding("F10", "video feedback and security: two analyses disagree", _VIDEO)
CATCH_UP = ClaimFinding(
    "F11", "disorganized after catch-up 32 %, after the control programme 57 %", "Bernard et al. 2012, Child Dev 83:623"
)
CPP = ClaimFinding("F22", "secure after child-parent psychotherapy, of 3 % before", _CPP, False, _P, 60.7)
TF_CBT = ClaimFinding(
    "F35", "psychological treatments against active control, PTSD symptoms", _TRAUMA_TRIALS, True, _G, 0.41
)
EMDR = ClaimFinding(
    "F37", "EMDR and TF-CBT pooled, symptoms", "Lewey et al. 2018, J Child Adolesc Trauma 11:457", True, _D, -0.359
)
DDP = ClaimFinding("F41", "no randomized trial", "Turner-Halliday et al. 2014, BMC Psychiatry 14:347")
FOSTER = ClaimFinding(
    "F42", "foster care against care as usual: secure more often; before 24 months better", _BUCHAREST
)
ENTROPY = ClaimFinding(
    "G01", "less predictable signals and later cognition: negative", "Davis et al. 2017, PNAS 114:10390"
)


HIPPOCAMPUS = ClaimFinding(
    "",
    "smaller hippocampus in adults with maltreatment-related PTSD, not in children",
    "Woon & Hedges 2008, Hippocampus 18:729",
    False,
)
WORTH = ClaimFinding(
    "",
    "insecure children see themselves less positively or are defensively perfect",
    "Cassidy 1988, Child Dev 59:121",
    False,
)
FRIGHT_THEORY = ClaimFinding(
    "",
    "fright without solution as a way to disorganization",
    "Main & Hesse 1990, in Attachment in the Preschool Years",
    False,
)
EMOTION_REGULATION = ClaimFinding(
    "", "maltreated children: more negative emotion, poorer regulation", "Lavi et al. 2019, Child Dev 90:1503", False
)
PTSD_YOUTH = ClaimFinding(
    "",
    "PTSD in one in six children exposed to trauma; more after interpersonal trauma",
    "Alisic et al. 2014, Br J Psychiatry 204:335",
    False,
)
MINDFULNESS = ClaimFinding(
    "",
    "school-wide mindfulness training: no gain in the largest trial",
    "Kuyken et al. 2022, Evid Based Ment Health 25:99",
    False,
)
SENSORY = ClaimFinding(
    "",
    "no adequate trial after neglect; small trials concern autism",
    "Schaaf et al. 2014, J Autism Dev Disord 44:1493",
    False,
)
INFORMANTS = ClaimFinding(
    "",
    "informants in different settings agree at r .28",
    "Achenbach, McConaughy & Howell 1987, Psychol Bull 101:213",
    False,
)
SEPARATION = ClaimFinding(
    "", "long early hospital separations and later conduct", "Douglas 1975, Dev Med Child Neurol 17:456", False
)
SEPARATION_WEEK = ClaimFinding(
    "",
    "a week or more apart before two years and later aggression and negativity: small effects",
    "Howard, Martin, Berlin & Brooks-Gunn 2011, Attach Hum Dev 13:5",
    False,
)
PROTECTIVE = ClaimFinding(
    "",
    "a steady relationship with a caregiver is the most usual companion of resilience",
    "Luthar 2006, in Developmental Psychopathology",
    False,
)
CONCORDANCE = ClaimFinding(
    "",
    "security with two parents agrees little, r .17",
    "Fox, Kimmerly & Schafer 1991, Child Dev 62:210",
    False,
    _R,
    0.17,
)
SECURE_BASE = ClaimFinding(
    "", "children explore more near a responsive caregiver", "Ainsworth et al. 1978, Patterns of Attachment", False
)
TRUST_LOW = ClaimFinding(
    "",
    "maltreated children expect less of adults who are new to them",
    "Howes & Spieker 2016, in Handbook of Attachment",
    False,
)
COMFORT_SEEKING = ClaimFinding(
    "", "children in deprived institutions seek and take comfort less", "Zeanah et al. 2005, Child Dev 76:1015", False
)
