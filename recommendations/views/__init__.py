"""Recommending over HTTP."""
