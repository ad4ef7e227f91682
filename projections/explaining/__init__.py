"""Why one profile is, or is not, in a segment: each leaf's truth, its evidence, and when it turns by time alone. No I/O."""
