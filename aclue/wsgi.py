"""The WSGI application: `granian --interface wsgi aclue.wsgi:application`."""

import os
import signal

from aclue.launcher import ONE_FATE, die_with_parent

if os.environ.get(ONE_FATE):
    # First of all: from here on a worker ends with its server, which ends with the launcher.
    die_with_parent(signal.SIGKILL)

from django.core.wsgi import get_wsgi_application

from common.slots import serve_requests
from common.stalls import WithPatience

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aclue.settings")

serve_requests()
_django = get_wsgi_application()

from aclue.door import QuickRefusal  # noqa: E402

application = WithPatience(QuickRefusal(_django))
