"""Tokens that others have signed: who they are, by which keys, and whether a token of theirs is to be believed."""
