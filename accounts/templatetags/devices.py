"""Devices by names that people know."""

import ua_parser
from django import template

register = template.Library()


@register.filter
def device_name(said: str) -> str:
    """Return what a device that said this of itself is called.

    >>> device_name("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36")
    'Chrome on Linux'
    >>> device_name("Alice's phone"), device_name("")
    ("Alice's phone", 'A device that says nothing of itself')
    """
    if not said:
        return "A device that says nothing of itself"
    found = ua_parser.parse(said)
    program = found.user_agent.family if found.user_agent else ""
    system = found.os.family if found.os else ""
    if not program:
        return said
    return f"{program} on {system}" if system else program
