"""One person's way through everything an account can, over the API alone."""

import json

import pytest

from accounts.models import User
from accounts.tests.factors import code_of
from accounts.tests.letters import subjects_to, token_for
from common.tests.openapi import as_documented, refused

pytestmark = pytest.mark.django_db

EMAIL, FIRST, SECOND = "dora@example.com", "correct horse battery", "a better horse battery"


class Device:
    """Something of Dora's that talks to the API, and what it has kept."""

    def __init__(self, api, name):
        self.api = api
        self.name = name
        self.kept = {}

    def ask(self, method, path, body=None, *, status=200):
        """Ask as who is signed in here, and return the answer's body after a look into the API's document."""
        headers = {"User-Agent": self.name}
        if "access_token" in self.kept:
            headers["Authorization"] = f"Bearer {self.kept['access_token']}"
        answer = getattr(self.api(), method)(f"/api/v1{path}", body, headers=headers)
        assert answer.status_code == status, (method, path, answer.status_code, answer.content[:300])
        if status >= 400:
            return refused(answer, status, answer.json()["error_code"])
        return json.loads(answer.getvalue()) if answer.streaming else as_documented(answer)

    def sign_in(self, password, **more):
        """Sign in and keep the tokens; the device's own for good."""
        known = {"device_token": self.kept["device_token"]} if "device_token" in self.kept else {}
        self.kept = {}
        self.kept |= self.ask("post", "/auth/login", {"email": EMAIL, "password": password, **known, **more})
        return self.kept["user"]


def test_from_signing_up_to_leaving(api):
    phone, laptop = Device(api, "Dora's phone"), Device(api, "Dora's laptop")

    # She signs up and proves her address.
    made = phone.ask("post", "/auth/signup", {"email": EMAIL, "password": FIRST, "full_name": "Dora Day"}, status=201)
    assert made["user"]["email_verified"] is False
    phone.ask("post", "/auth/verify-email", {"token": token_for(EMAIL, "/verify-email")}, status=204)
    assert phone.sign_in(FIRST)["email_verified"] is True

    # She sets a second factor up.
    secret = phone.ask("post", "/auth/2fa/setup")["secret"]
    recovery = phone.ask("post", "/auth/2fa/confirm", {"otp": code_of(secret)})["recovery_codes"]
    assert len(recovery) == 10

    # She signs in on a second device, which takes a code, and is told of it by mail.
    asked = {"email": EMAIL, "password": FIRST}
    assert laptop.ask("post", "/auth/login", asked, status=401)["error_code"] == "OTP_REQUIRED"
    laptop.sign_in(FIRST, otp=recovery[0])
    assert "A new sign-in to your aclue account" in subjects_to(EMAIL)

    # She looks where she is signed in and ends the phone.
    sessions = laptop.ask("get", "/auth/sessions")["items"]
    assert {one["device"]: one["current"] for one in sessions} == {"Dora's laptop": True, "Dora's phone": False}
    (phones,) = [one["id"] for one in sessions if not one["current"]]
    laptop.ask("delete", f"/auth/sessions/{phones}", status=204)
    phone.ask("get", "/auth/me", status=401)
    assert laptop.ask("get", "/auth/me")["full_name"] == "Dora Day"

    # She has forgotten her password and sets another, which ends the laptop too and lets nobody in without a code.
    phone.kept.pop("access_token")
    phone.ask("post", "/auth/password/forgot", {"email": EMAIL}, status=202)
    reset = {"token": token_for(EMAIL), "password": SECOND}
    phone.kept["device_token"] = phone.ask("post", "/auth/password/reset", reset)["device_token"]
    laptop.ask("get", "/auth/me", status=401)
    asked = {"email": EMAIL, "password": SECOND}
    assert phone.ask("post", "/auth/login", asked, status=401)["error_code"] == "OTP_REQUIRED"
    phone.sign_in(SECOND, otp=recovery[1])

    # She takes what is hers with her, and leaves.
    exported = phone.ask("get", "/users/me/export")
    assert EMAIL in str(exported)
    phone.ask("delete", "/users/me", status=204)
    phone.ask("get", "/auth/me", status=401)
    del phone.kept["access_token"]
    phone.ask("post", "/auth/login", asked, status=401)
    assert not User.objects.filter(email=EMAIL).exists()
