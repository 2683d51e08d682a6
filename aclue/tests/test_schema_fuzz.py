"""Whatever the document allows, or nearly allows, is answered; nothing is answered with 5xx.

ACLUE_FUZZ_EXAMPLES says how many requests of each kind (as documented, and not quite) every operation gets: 3 in the
suite, always the same ones; 10 in CI; 200 by `make fuzz`, drawn anew each time.
"""

import copy
import os
import warnings

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from aclue.tests.preparations import content_of, documented_bodies, made_known
from common import limits
from common.tests.openapi import document, operations, problems

pytestmark = [pytest.mark.django_db, pytest.mark.fuzz]

N_EXAMPLES = int(os.environ.get("ACLUE_FUZZ_EXAMPLES") or 3)
STAFF_ONLY = {
    "replace_orders_status",
    "create_product",
    "replace_product",
    "change_product",
    "delete_product",
    "create_products_image",
    "create_affiliate_conversion",
    "create_admin_products_bulk_upload",
    "get_admin_products_bulk_upload",
    "get_admin_info",
    "get_system_admin_info",
    "list_admin_audit_log",
}
DRAWING = hypothesis_settings(
    max_examples=N_EXAMPLES,
    derandomize=N_EXAMPLES < 50,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def _one_connection():
    """Keep the application from closing the test's connection after each request, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


class Fuzzer:
    """Sends requests to the application in this process, each in a transaction that is taken back."""

    def __init__(self, token, known, prepare):
        self.schema = schemathesis.openapi.from_dict(document())
        self.schema.app = get_wsgi_application()
        self.token = token
        self.known = known
        self.prepare = prepare
        self.sent = 0
        self.reached = set()
        self.faults = []

    def run(self):
        for result in self.schema.get_all_operations():
            drawn = result.ok()
            described = operations()[drawn.method.lower(), drawn.path]
            for body in documented_bodies(described):
                self.send_example(drawn, described, body)
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                self.send_drawn(drawn, described, mode)

    def send_example(self, drawn, described, body):
        """Send what the document shows, about things that exist."""
        with transaction.atomic():
            known = self.known | self.prepare(described["operationId"])
            self.send(self.example(drawn, described, body, known), described, signed_in=True)
            transaction.set_rollback(True)

    @staticmethod
    def example(drawn, described, body, known):
        """Return the request that the document shows, with values that exist."""
        parameters = {
            parameter["name"]: known[parameter["name"]]
            for parameter in described.get("parameters", [])
            if parameter["in"] == "path"
        }
        asked = {
            parameter["name"]: known[parameter["name"]]
            for parameter in described.get("parameters", [])
            if parameter["in"] == "query" and parameter.get("required")
        }
        if body is None:
            return drawn.Case(path_parameters=parameters, query=asked)
        media_type = next(iter(described["requestBody"]["content"]))
        body = made_known(copy.deepcopy(body), known)
        if media_type == "multipart/form-data":
            body["file"] = content_of(described, body)
        return drawn.Case(path_parameters=parameters, query=asked, body=body, media_type=media_type)

    def send_drawn(self, drawn, described, mode):
        """Send what schemathesis draws, half of it about things that exist, three quarters of it with a token."""

        @DRAWING
        @given(case=drawn.as_strategy(generation_mode=mode), known=st.booleans(), signed_in=st.integers(0, 3))
        def send(case, known, signed_in):
            if known:
                case.path_parameters = made_known(case.path_parameters, self.known)
                case.query = made_known(case.query, {name: self.known[name] for name in ("category", "ids")})
                case.body = made_known(case.body, self.known)
            self.send(case, described, signed_in=bool(signed_in))

        try:
            send()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, "an operation without anything to get wrong"

    def send(self, case, described, *, signed_in):
        limits.reset()
        headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {self.token}"} if signed_in else {})
        with transaction.atomic():
            answer = case.call(headers=headers)
            transaction.set_rollback(True)
        self.sent += 1
        self.judge(case, described, answer)

    def judge(self, case, described, answer):
        """Note a fault of the server, an answer the document does not know, or one that is not as it says."""
        promised = described["responses"].get(str(answer.status_code))
        if answer.status_code >= 500 or promised is None:
            self.faults.append(f"{answer.status_code} {answer.content[:200]!r} for {case.as_curl_command()}")
            return
        if answer.status_code < 400:
            self.reached.add(described["operationId"])
            schema = promised.get("content", {}).get("application/json", {}).get("schema")
            if schema and (wrong := problems(answer.json(), schema)):
                self.faults.append(f"{wrong} for {case.as_curl_command()}")


@pytest.mark.parametrize("role", ["user", "admin"])
def test_no_request_that_fits_the_document_or_nearly_does_breaks_the_server(world, role):
    fuzzer = Fuzzer(*world(*([role] if role == "admin" else [])))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fuzzer.run()

    everything = {operation["operationId"] for operation in operations().values()}
    assert "\n".join(fuzzer.faults) == ""
    assert everything - fuzzer.reached == (set() if role == "admin" else STAFF_ONLY)
    assert fuzzer.sent > len(document()["paths"]) * N_EXAMPLES
