#!/usr/bin/env python
"""aclue's command line: `python manage.py help` lists what it can do."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from common.scope import as_system


def main() -> None:
    """Run one command; a wrong setting ends in a sentence, not in a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aclue.settings")
    try:
        # Whoever may run a command here may see the whole database.
        with as_system(f"command {' '.join(sys.argv[1:2])}".strip()):
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as wrong:
        sys.exit(f"aclue cannot start: {wrong}")


if __name__ == "__main__":
    main()
