"""The Strange Situation as a coder of a record sees it: episodes, scales, classes and the coder's error."""

from bowlby.measures.strange_situation.anchors import Anchors as Anchors
from bowlby.measures.strange_situation.classification import CLASSES as CLASSES
from bowlby.measures.strange_situation.classification import ClassThresholds as ClassThresholds
from bowlby.measures.strange_situation.classification import FormationThresholds as FormationThresholds
from bowlby.measures.strange_situation.classification import classify as classify
from bowlby.measures.strange_situation.coder import ClassCoder as ClassCoder
from bowlby.measures.strange_situation.coder import recode as recode
from bowlby.measures.strange_situation.procedure import EpisodeCriteria as EpisodeCriteria
from bowlby.measures.strange_situation.procedure import episodes_of_procedure as episodes_of_procedure
from bowlby.measures.strange_situation.scoring import scales as scales
from bowlby.measures.strange_situation.shares import ClassRuleShares as ClassRuleShares
from bowlby.measures.strange_situation.shares import shares as shares
