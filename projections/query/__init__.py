"""How the index is asked: a plan made of operators (planner), then run (executor). Meaning is in domain/language."""
