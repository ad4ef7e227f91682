"""Random histories, questions and clocks, made to be nasty: for comparing the fast index with `projections.naive`.

Plain `random`, so that one integer seed reproduces a failure:

    rng = random.Random(seed)
    vocabulary = random_vocabulary(rng)                      # an era with a clock change in it, and its zones
    history = random_changesets(rng, 300, 40, vocabulary)    # list[Recorded], in the order of positions
    expression = random_expression(rng, vocabulary)
    as_of, known_at = random_clock(rng, history, vocabulary)

What is nasty: instants meet each other and the edges of windows to the microsecond (`Vocabulary.instants`), in zones whose
midnight is skipped or comes twice; late and future changes; several changes of one tag at one instant in one changeset; keys
that are renamed, freed and used again; currencies that mix (rarely); doubles that are -0.0, tie in rounding or pass int64 when
summed; strings that differ by normalisation only, actors among them; birthdays on 29 February; segments of segments. The
builders (`tag_columns`, ... , `recorded`) serve hand-made stories too.
"""

from tests.oracle.histories.changesets import random_changesets, random_clock
from tests.oracle.histories.questions import random_expression, random_filter, random_leaf, random_point, random_window
from tests.oracle.histories.rows import (
    EPOCH,
    WORKSPACE,
    Interaction,
    TagChange,
    TraitChange,
    interaction_columns,
    microseconds,
    name_of,
    named,
    recorded,
    tag_columns,
    trait_columns,
    value_type,
)
from tests.oracle.histories.vocabulary import (
    ACTORS,
    DAY_US,
    ERAS,
    HOUR_US,
    LIST_NAMES,
    MINUTE_US,
    PROPERTIES,
    SEGMENT_NAMES,
    SOURCES,
    TRAITS,
    TYPES,
    UNIT_US,
    Vocabulary,
    random_vocabulary,
    vocabulary_of,
)

__all__ = [
    "ACTORS",
    "DAY_US",
    "EPOCH",
    "ERAS",
    "HOUR_US",
    "LIST_NAMES",
    "MINUTE_US",
    "PROPERTIES",
    "SEGMENT_NAMES",
    "SOURCES",
    "TRAITS",
    "TYPES",
    "UNIT_US",
    "WORKSPACE",
    "Interaction",
    "TagChange",
    "TraitChange",
    "Vocabulary",
    "interaction_columns",
    "microseconds",
    "name_of",
    "named",
    "random_changesets",
    "random_clock",
    "random_expression",
    "random_filter",
    "random_leaf",
    "random_point",
    "random_vocabulary",
    "random_window",
    "recorded",
    "tag_columns",
    "trait_columns",
    "value_type",
    "vocabulary_of",
]
