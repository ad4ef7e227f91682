"""What is stored in memory: append-only columns that one writer fills and many readers read, each at one version.

A reader asks at a `version` of the workspace's stream. Whatever a store appends carries the version that recorded it, versions
never decrease in append order, and readers look at rows up to their version only: so they need no lock against the writer,
and a read in the past is the same code as a read now. Anything faster (bitmaps, folds) is derived from those columns by the
readers, and remembered with what it was derived from.
"""
