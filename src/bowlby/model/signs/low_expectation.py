"""Signs that say most about how little a child expects to be comforted, noticed or helped."""

from __future__ import annotations

from bowlby.model.signs.entries import ASSUMED_RATE, assumed_loading, measured_loading
from bowlby.model.signs.sign import Family, Setting, Sign

_HOME, _PRESCHOOL, _VISIT, _STRANGERS = Setting.HOME, Setting.PRESCHOOL, Setting.VISIT, Setting.STRANGERS
_EVERYWHERE = (_HOME, _PRESCHOOL, _VISIT)
_ZEANAH = "Zeanah et al. 2005, Child Dev 76:1015"
_HILDYARD = "Hildyard & Wolfe 2002, Child Abuse Negl 26:679"

LITTLE_SIGNS: tuple[Sign, ...] = (
    Sign(
        "numbness",
        Family.LITTLE,
        "Shows hardly any feeling where other children of the age would beam, cry or rage.",
        (12, 84),
        _EVERYWHERE,
        0.07,
        ASSUMED_RATE,
        (
            assumed_loading(
                "comfort_expectation", -0.32, "Cooke et al. 2019, Emotion 19:1103, avoidance and positive affect"
            ),
            assumed_loading("worth", -0.22, _HILDYARD),
            assumed_loading("minimising", 0.15, "Cassidy 1994, Monogr Soc Res Child Dev 59:228"),
        ),
        (
            "A quiet temperament, or a face that shows little though much is felt.",
            "Illness, pain, hunger, medicines or too little sleep.",
            "Low mood or grief.",
            "Autism, or a muscle or nerve condition that stills the face.",
            "Families and cultures in which feelings are shown sparingly.",
        ),
        "Share the child's small signals, smile first, and do not press for feelings.",
    ),
    Sign(
        "low_self_esteem",
        Family.LITTLE,
        "Speaks ill of itself, expects to fail, gives up at once or will not try.",
        (42, 84),
        _EVERYWHERE,
        0.08,
        ASSUMED_RATE,
        (
            assumed_loading("worth", -0.36, "Toth et al. 1997, Dev Psychopathol 9:781"),
            measured_loading(
                "comfort_expectation",
                -0.34,
                "r = .34 of security and self-esteem, mostly adolescents (Pinquart 2023, Psychol Rep 126:2101)",
            ),
        ),
        (
            "Learning, motor or language difficulties: failing is then real.",
            "Low mood.",
            "A perfectionist temperament.",
            "Teasing or exclusion by other children.",
            "Modesty as it is taught at home.",
        ),
        "Tasks that succeed, praise for what was done rather than for the person, and time with one adult.",
    ),
    Sign(
        "restricted_expression",
        Family.LITTLE,
        "Has no words, gestures or faces for feelings, its own or others', that children of the age have.",
        (24, 84),
        _EVERYWHERE,
        0.09,
        ASSUMED_RATE,
        (
            assumed_loading("social_cognition", -0.30, "Pollak et al. 2000, Dev Psychol 36:679"),
            assumed_loading(
                "comfort_expectation", -0.22, "Cooke et al. 2016, Emotion 16:1102, emotion understanding r = .33"
            ),
            assumed_loading("minimising", 0.15, "Cassidy 1994, Monogr Soc Res Child Dev 59:228"),
        ),
        (
            "A language or hearing difficulty.",
            "Autism.",
            "Another language at home than where the child is seen.",
            "Shyness with the person who looks.",
            "Families and cultures in which feelings are not talked about.",
        ),
        "Adults who name feelings in passing, in stories and in themselves.",
    ),
    Sign(
        "feeling_unseen",
        Family.LITTLE,
        "Behaves as if nobody would look: does not show what it made, does not point, does not expect an answer.",
        (18, 84),
        _EVERYWHERE,
        0.07,
        ASSUMED_RATE,
        (
            assumed_loading("worth", -0.42, "Cassidy 1988, Child Dev 59:121"),
            assumed_loading("comfort_expectation", -0.25, _HILDYARD),
        ),
        (
            "Autism: showing and pointing come late or not at all.",
            "Seeing or hearing badly.",
            "Absorption in play, or an independent temperament.",
            "A large group with few adults.",
        ),
        "Notice the child unasked, many times a day, by name and by what it is doing.",
    ),
    Sign(
        "isolation",
        Family.LITTLE,
        "Stays apart and plays alone while other children play together, and is not missed by them.",
        (30, 84),
        (_PRESCHOOL, _VISIT),
        0.10,
        ASSUMED_RATE,
        (
            measured_loading(
                "comfort_expectation",
                -0.19,
                "d = .39 of security and peer competence (Groh et al. 2014, Attach Hum Dev 16:103)",
            ),
            assumed_loading("social_cognition", -0.28, _HILDYARD),
        ),
        (
            "Liking to be alone, which is no trouble.",
            "Shyness, or being new in the group.",
            "Autism or a language difficulty.",
            "Another language than the group's, or being excluded by it.",
            "Hearing badly in noise.",
        ),
        "Pairs rather than crowds, a common task, and an adult who plays along at first.",
    ),
    Sign(
        "passivity",
        Family.LITTLE,
        "Begins nothing, waits, and does little to change what displeases it.",
        (12, 84),
        _EVERYWHERE,
        0.08,
        ASSUMED_RATE,
        (
            assumed_loading(
                "efficacy", -0.38, "Seligman 1975, Helplessness; Egeland et al. 1983, Child Abuse Negl 7:459"
            ),
            assumed_loading("exploration", -0.15, "Belsky, Garduque & Hrncir 1984, Dev Psychol 20:406"),
        ),
        (
            "An easy, placid temperament.",
            "Illness, anaemia, hunger, too little sleep, or medicines.",
            "A developmental delay or low muscle tone.",
            "Low mood.",
            "Being used to having everything done by others.",
        ),
        "Wait a little longer, follow the first small move, and let it have an effect at once.",
    ),
    Sign(
        "little_comfort_seeking",
        Family.LITTLE,
        "Hurt, ill or frightened, goes to nobody and does not call.",
        (12, 84),
        _EVERYWHERE,
        0.08,
        ASSUMED_RATE,
        (
            assumed_loading("comfort_expectation", -0.36, f"Ainsworth et al. 1978, Patterns of Attachment; {_ZEANAH}"),
            assumed_loading("minimising", 0.22, "Main 1990, Hum Dev 33:48"),
        ),
        (
            "Feeling pain less, or a hardy temperament.",
            "Autism: comfort is sought in other ways.",
            "Not knowing the adults there yet.",
            "Being taught early to be brave.",
            "Being often ill or operated on, and used to it.",
        ),
        "Go to the child instead of waiting, offer without insisting, every time.",
    ),
    Sign(
        "little_help_seeking",
        Family.LITTLE,
        "Stuck at a task, asks nobody, though help stands by.",
        (24, 84),
        _EVERYWHERE,
        0.10,
        ASSUMED_RATE,
        (
            assumed_loading("efficacy", -0.25, "Sroufe, Fox & Pancake 1983, Child Dev 54:1615"),
            assumed_loading("trust_in_adults", -0.30, "Sroufe, Fox & Pancake 1983, Child Dev 54:1615"),
        ),
        (
            "Persistence and independence: strengths.",
            "Not having the words to ask, or the group's language.",
            "Shyness, or fear of a wrong answer.",
            "Adults who are busy.",
            "Hearing badly, or not having understood the task.",
        ),
        "Offer help before it is asked for, in small pieces, and leave the success to the child.",
    ),
    Sign(
        "unresponsiveness",
        Family.LITTLE,
        "Answers little to warm words, smiles or comfort, and is hardly soothed by them.",
        (12, 84),
        _EVERYWHERE,
        0.05,
        ASSUMED_RATE,
        (
            assumed_loading("attachment_formed", -0.32, _ZEANAH),
            assumed_loading("comfort_expectation", -0.25, _ZEANAH),
        ),
        (
            "Hearing or seeing badly.",
            "Autism.",
            "Illness, pain, or medicines.",
            "A developmental delay.",
            "Low mood or grief.",
        ),
        "Have hearing and sight tested; short, frequent, gentle contact with the same person.",
        "Together with little comfort-seeking it is part of what is called reactive attachment disorder, which is by "
        "definition bound to insufficient care (Zeanah & Gleason 2015, J Child Psychol Psychiatry 56:207) and so "
        "goes with expecting little, not with fright. The sign itself shows no such history.",
    ),
    Sign(
        "detachment",
        Family.LITTLE,
        "Makes no difference between familiar and unfamiliar adults, and does not mind who comes or goes.",
        (12, 84),
        (_HOME, _PRESCHOOL, _VISIT),
        0.04,
        "assumed; the full disorder had 1.4 % in a deprived population (Minnis et al. 2013, Br J Psychiatry 202:342)",
        (
            assumed_loading("attachment_formed", -0.40, _ZEANAH),
            assumed_loading("trust_in_adults", -0.15, "Bowlby 1980, Loss"),
        ),
        (
            "Many kind adults from the start, as in large families and good group care.",
            "Being used to preschool: calm goodbyes are a good sign.",
            "Autism.",
            "An avoidant way of showing attachment, which is organized and within the normal range.",
            "A long separation just before.",
        ),
        "Few adults instead of many, and the same ones at meals, bedtime and when hurt.",
    ),
    Sign(
        "indiscriminate_approach",
        Family.LITTLE,
        "Goes up to strangers as to friends, follows them off, and does not look back to a familiar adult.",
        (18, 84),
        (_STRANGERS, _PRESCHOOL, _VISIT),
        0.06,
        "disinhibited behaviour in 6 % of low-risk controls (Kay, Green & Sharma 2016, J Abnorm Child Psychol, "
        "doi 10.1007/s10802-016-0131-2)",
        (
            assumed_loading("attachment_formed", -0.40, f"{_ZEANAH}; Lyons-Ruth et al. 2009, Dev Psychopathol 21:355"),
            assumed_loading("social_cognition", -0.15, "Zeanah & Gleason 2015, J Child Psychol Psychiatry 56:207"),
        ),
        (
            "A sociable, bold temperament.",
            "Impulsiveness or attention difficulties.",
            "Williams syndrome and other genetic conditions.",
            "Growing up among many friendly people.",
            "Not yet having learned the rule.",
        ),
        "A clear rule of whom to ask first, few adults who give comfort, and supervision near roads and exits.",
        "Disinhibited social engagement is by definition bound to insufficient care (Zeanah & Gleason 2015) and so "
        "goes with expecting little, not with fright. The sign itself shows no such history.",
    ),
    Sign(
        "few_words",
        Family.LITTLE,
        "Understands and says clearly less than children of the age who grow up with the same languages.",
        (18, 84),
        _EVERYWHERE,
        0.10,
        ASSUMED_RATE,
        (
            assumed_loading("language", -0.50, "the state's own face; Lum et al. 2015, J Speech Lang Hear Res 58:961"),
            assumed_loading("social_cognition", -0.12, "Lum et al. 2015, J Speech Lang Hear Res 58:961"),
        ),
        (
            "A developmental language disorder, which runs in families.",
            "Hearing badly, often after ear infections.",
            "Growing up with several languages, seen in one of them.",
            "Autism or a general delay.",
            "A late start that is caught up.",
        ),
        "Have hearing tested; talk with the child about what it looks at, and read together every day.",
        "Maltreated and neglected children did not differ in language delay (Sylvestre, Bussieres & Bouchard 2016, "
        "Child Maltreat 21:47).",
    ),
)
