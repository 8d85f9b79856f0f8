"""Signs that say most about how much threat a child expects."""

from __future__ import annotations

from bowlby.model.signs.entries import ASSUMED_RATE, assumed_loading, measured_loading
from bowlby.model.signs.sign import Family, Setting, Sign

_HOME, _PRESCHOOL, _VISIT, _STRANGERS = Setting.HOME, Setting.PRESCHOOL, Setting.VISIT, Setting.STRANGERS
_EVERYWHERE = (_HOME, _PRESCHOOL, _VISIT)
_AMYGDALA = "Hein & Monk 2017, J Child Psychol Psychiatry 58:222"

THREAT_SIGNS: tuple[Sign, ...] = (
    Sign(
        "fear",
        Family.THREAT,
        "Is frightened easily and often, also where other children of the age are not: starts, hides, seeks cover.",
        (12, 84),
        (*_EVERYWHERE, _STRANGERS),
        0.10,
        ASSUMED_RATE,
        (
            assumed_loading("threat_expectation", 0.40, "Bowlby 1973, Separation; Kochanska 2001, Child Dev 72:474"),
            assumed_loading("threat_reactivity", 0.20, _AMYGDALA),
        ),
        (
            "A shy, cautious temperament: common and healthy.",
            "Fears that belong to the age: of strangers around one year, of the dark or of animals around three.",
            "A fright outside the family: an accident, an operation, a dog, war or flight.",
            "Hearing or seeing badly, or sounds and touch felt too strongly.",
            "Anxiety that runs in families, or a present stress such as a move or a new sibling.",
        ),
        "Name the fear, stay near, let the child set the pace, and tell beforehand what comes next.",
    ),
    Sign(
        "hypervigilance",
        Family.THREAT,
        "Keeps watch: follows faces, doors and sounds, and reads an adult's mood before doing anything.",
        (12, 84),
        _EVERYWHERE,
        0.06,
        ASSUMED_RATE,
        (
            assumed_loading("threat_expectation", 0.42, "Pollak & Tolley-Schell 2003, J Abnorm Psychol 112:323"),
            assumed_loading("threat_reactivity", 0.20, _AMYGDALA),
        ),
        (
            "A new place whose rules the child does not know yet.",
            "Trouble with hearing: looking makes up for it.",
            "A lively, distractible child, or one that sounds distract.",
            "Real danger in the neighbourhood, bullying, or quarrels the child overhears.",
            "Too little sleep.",
        ),
        "A calm, predictable room, a seat from which the door is seen, and warning before changes and touch.",
    ),
    Sign(
        "volatility",
        Family.THREAT,
        "Moods tip fast and far at small occasions, from content to furious or desperate and back.",
        (18, 84),
        _EVERYWHERE,
        0.12,
        ASSUMED_RATE,
        (
            assumed_loading("threat_expectation", 0.28, "Lavi et al. 2019, Child Dev 90:1503"),
            assumed_loading("threat_reactivity", 0.20, _AMYGDALA),
            assumed_loading("regulation", -0.10, "Pallini et al. 2018, Psychol Bull 144:458"),
        ),
        (
            "The age: tantrums are usual from one and a half to four years.",
            "A strong, quick temperament.",
            "Hunger, tiredness, pain or illness.",
            "Language that is not yet enough to say what is wanted.",
            "Attention or sensory difficulties, or autism.",
        ),
        "Sleep and meals at regular hours, few words, a calm adult who stays, and talking when it is over.",
    ),
    Sign(
        "aggression",
        Family.THREAT,
        "Hits, bites, breaks or threatens, again and again, and not only to get a toy.",
        (18, 84),
        _EVERYWHERE,
        0.10,
        ASSUMED_RATE,
        (
            measured_loading(
                "threat_expectation",
                0.17,
                "r = .17 of hostile attribution and aggression (Orobio de Castro et al. 2002, Child Dev 73:916)",
            ),
            measured_loading(
                "conflict",
                0.17,
                "d = .34 of disorganization and externalizing (Fearon et al. 2010, Child Dev 81:435)",
            ),
            assumed_loading("frustration", 0.15, "Fearon et al. 2010, Child Dev 81:435, insecurity d = .31"),
        ),
        (
            "The age: physical aggression is most frequent between two and three years and then falls.",
            "Language that is not yet enough, or hearing badly.",
            "An impulsive temperament or attention difficulties.",
            "Being hit or teased by other children.",
            "What is seen and allowed in the family, the group and the culture.",
        ),
        "Stop it calmly, keep everybody safe, show what to do instead, and notice every quiet success.",
    ),
    Sign(
        "mistrust",
        Family.THREAT,
        "Takes friendly words, help or touch of adults as if a catch were in them; shies back or tests.",
        (24, 84),
        (_PRESCHOOL, _VISIT, _STRANGERS, _HOME),
        0.08,
        ASSUMED_RATE,
        (
            assumed_loading("threat_expectation", 0.38, "Pollak et al. 2000, Dev Psychol 36:679"),
            assumed_loading("trust_in_adults", -0.12, "Sherman, Rice & Cassidy 2015, Dev Rev 36:109"),
        ),
        (
            "Shyness, or an adult whom the child does not know yet.",
            "Many changes of staff or of home.",
            "Having been tricked or hurt outside the family, medical procedures included.",
            "Another language or other manners at home.",
            "Autism: friendly signals are hard to read.",
        ),
        "The same few adults who keep small promises, over months.",
    ),
    Sign(
        "clinginess",
        Family.THREAT,
        "Does not leave a familiar adult's side and holds on although nothing threatens.",
        (12, 84),
        _EVERYWHERE,
        0.15,
        ASSUMED_RATE,
        (
            assumed_loading("threat_expectation", 0.28, "Bowlby 1973, Separation"),
            assumed_loading("protest", 0.18, "Cassidy & Berlin 1994, Child Dev 65:971"),
        ),
        (
            "The age, above all one to two years, and every new place.",
            "Tiredness, illness or pain.",
            "A slow-to-warm temperament.",
            "A separation, a birth, a move, or a hospital stay a short while ago.",
            "Families and cultures that keep children close.",
        ),
        "Let the child hold on, stay predictable, and part briefly with a word and a return that is kept.",
    ),
    Sign(
        "fear_of_abandonment",
        Family.THREAT,
        "Dreads being left: asks again and again who stays and who comes back, panics at small partings.",
        (18, 84),
        (_HOME, _PRESCHOOL),
        0.08,
        ASSUMED_RATE,
        (
            assumed_loading("threat_expectation", 0.30, "Bowlby 1973, Separation, on threats of leaving"),
            assumed_loading("protest", 0.18, "Cassidy & Berlin 1994, Child Dev 65:971"),
        ),
        (
            "Separation fears of the age.",
            "A death, a divorce, a parent in hospital or in prison, a change of home: real loss.",
            "A first month in preschool.",
            "Anxiety that runs in families.",
        ),
        "Say who goes, who stays and when they are back; leave with a goodbye, never by stealth.",
    ),
    Sign(
        "re_experiencing_play",
        Family.THREAT,
        "Plays one frightening scene over and over, driven and without relief, and it comes out the same.",
        (24, 84),
        _EVERYWHERE,
        0.03,
        ASSUMED_RATE,
        (
            assumed_loading(
                "threat_expectation", 0.38, "Scheeringa et al. 2003, J Am Acad Child Adolesc Psychiatry 42:561"
            ),
            assumed_loading("threat_reactivity", 0.25, _AMYGDALA),
        ),
        (
            "Ordinary repetition: children play again what occupies them, doctor's visits and films included.",
            "A fright outside the family: an accident, a fire, an operation, war or flight.",
            "A scene seen on a screen or told by others.",
            "Repetitive play as in autism, which is not about fright.",
        ),
        "Play along without steering, end on safety, and ask someone trained in such fears if it lasts over a month.",
    ),
    Sign(
        "avoids_reminders",
        Family.THREAT,
        "Keeps away from certain places, people, sounds or things as if they held something frightening.",
        (24, 84),
        _EVERYWHERE,
        0.04,
        ASSUMED_RATE,
        (
            assumed_loading(
                "threat_expectation", 0.38, "Scheeringa et al. 2003, J Am Acad Child Adolesc Psychiatry 42:561"
            ),
        ),
        (
            "A plain phobia: dogs, balloons, the vacuum cleaner.",
            "Sounds, smells or textures felt too strongly.",
            "One bad event outside the family.",
            "A change of routine that is hard to bear, as in autism.",
        ),
        "Do not force; come nearer in small steps that the child decides on.",
    ),
    Sign(
        "contradictory_acts",
        Family.THREAT,
        "With a familiar adult in a moment of need, freezes, or comes near and turns away in one movement.",
        (12, 60),
        (_HOME, _VISIT),
        0.08,
        ASSUMED_RATE,
        (
            assumed_loading(
                "conflict",
                0.42,
                "Main & Hesse 1990, in Attachment in the Preschool Years; Madigan et al. 2006, Attach Hum Dev 8:89",
            ),
        ),
        (
            "Seizures or absences, which a doctor should rule out.",
            "Neurological or motor difficulties.",
            "Autism or an intellectual disability.",
            "Tiredness, overstimulation, or many long separations just before.",
            "A stranger's eye: single odd movements are seen in many children.",
        ),
        "Quiet, slow and soft-spoken adults; a medical look first.",
        "Disorganized behaviour arises in many ways, most of them without any fright by those who care "
        "(Granqvist et al. 2017, Attach Hum Dev 19:534).",
    ),
    Sign(
        "controlling",
        Family.THREAT,
        "Takes charge of the adult: orders about or punishes, or cheers up and looks after, as if the elder.",
        (42, 84),
        (_HOME, _VISIT),
        0.06,
        ASSUMED_RATE,
        (assumed_loading("conflict", 0.32, "Main & Cassidy 1988, Dev Psychol 24:415"),),
        (
            "Testing rules, which belongs to the age.",
            "A strong will, or giftedness among adults.",
            "Anxiety that is calmed by having things one's own way, as also in autism.",
            "Illness or grief of a familiar person whom the child wants to help.",
            "Cultures in which children help early.",
        ),
        "Adults who lead kindly and visibly, and give the child choices that are its own.",
    ),
)
