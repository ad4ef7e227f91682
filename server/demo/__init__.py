"""`tagledger demo`: the service, real data, the headline question, its history and an export, through the public commands."""
