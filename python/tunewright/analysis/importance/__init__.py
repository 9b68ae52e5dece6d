"""What mattered: how much of the differences between trials each parameter explains, and how sure that is.

Each function takes a study, or a table of numbers and the scores of its rows::

    print(tw.importance.fanova(study))
    tw.importance.impurity(X, scores, names=["learning_rate", "batch_size"])

==============  ==========================================================================================
function        a parameter matters as far as
==============  ==========================================================================================
fanova          the forest's predictions vary with it, alone and with others (functional ANOVA)
shapley         it shares in their variance, interactions split fairly; or in the gain of one configuration
ped_anova       its values among the good trials differ from those among all
permutation     predictions of trials the forest has not seen get worse once its values are shuffled
impurity        the forest's splits on it take off variance
ablation        it brings one configuration closer to another, one change at a time
==============  ==========================================================================================
"""

from __future__ import annotations

from tunewright.analysis.importance.ablation import Ablation, Step, ablation
from tunewright.analysis.importance.fanova import FunctionalAnova, Pair, fanova
from tunewright.analysis.importance.impurity import analyze_hyperparameter_importance, impurity
from tunewright.analysis.importance.marginal import Marginal
from tunewright.analysis.importance.ped import ped_anova
from tunewright.analysis.importance.permutation import permutation
from tunewright.analysis.importance.result import Importance
from tunewright.analysis.importance.shapley import Attribution, shapley

__all__ = [
    "Ablation",
    "Attribution",
    "FunctionalAnova",
    "Importance",
    "Marginal",
    "Pair",
    "Step",
    "ablation",
    "analyze_hyperparameter_importance",
    "fanova",
    "impurity",
    "ped_anova",
    "permutation",
    "shapley",
]
