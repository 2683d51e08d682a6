"""Print access tokens of people of the benchmark: `python -m bench.people 20` (with aclue's environment)."""

import json
import sys

import django


def main(n: int) -> None:
    """Make people afresh, sign each in, and print their tokens."""
    django.setup()
    from django.utils import timezone  # noqa: PLC0415 (needs the set-up)

    from accounts import services  # noqa: PLC0415
    from accounts.models import User  # noqa: PLC0415
    from common.scope import Scope, become  # noqa: PLC0415

    become(Scope(reason="the benchmark's people"))
    now = timezone.now()
    User.objects.filter(email__endswith="@bench.example").delete()
    tokens = []
    for number in range(n):
        email = f"person-{number}@bench.example"
        user = User.objects.create(email=email, password="!", created_at=now, updated_at=now)
        tokens.append(services.open_session(user=user, now=now, device="bench").access_token)
    print(json.dumps(tokens))


if __name__ == "__main__":
    main(int(sys.argv[1]))
