"""Reading the letters that the worker has sent in a test."""

import re

from django.core import mail

from common.tests.working import carry_out

LINK = re.compile(r"https://gifts\.example(/[a-z-]+)\?token=([\w-]+)")


def letters_to(address):
    """Return the letters to an address, oldest first, after the worker has sent what was waiting."""
    carry_out(task="accounts.")
    return [letter for letter in mail.outbox if letter.to == [address]]


def token_for(address, path="/reset-password"):
    """Return the token of the newest link to `path` that was mailed to an address."""
    found = [match for letter in letters_to(address) for match in LINK.finditer(letter.body) if match[1] == path]
    return found[-1][2]


def subjects_to(address):
    """Return the subjects of the letters to an address, oldest first."""
    return [letter.subject for letter in letters_to(address)]
