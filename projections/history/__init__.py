"""Who did what, when and why: which changesets concern a profile or a tag, and their changes one by one."""
