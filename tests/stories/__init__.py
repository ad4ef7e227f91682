"""Stories: the whole program as its users meet it."""
