"""A sign-in provider of our own: it serves its keys over HTTP and signs ID tokens as Google, Apple and Facebook do."""

import json
import threading
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CLIENT_ID = "aclue.apps.example"
KINDS = {
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
}


class SigningKey:
    """One key of the provider and its name."""

    def __init__(self, algorithm):
        self.algorithm = algorithm
        self.key_id = uuid.uuid4().hex
        self.private = KINDS[algorithm]()

    def public(self):
        """Return the key as the provider's list shows it."""
        described = jwt.get_algorithm_by_name(self.algorithm).to_jwk(self.private.public_key(), as_dict=True)
        described.pop("key_ops", None)
        return {**described, "kid": self.key_id, "use": "sig", "alg": self.algorithm}

    def pem(self):
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


class LocalIssuer:
    """The provider: `tokens` of any claims, keys that rotate, and troubles on demand."""

    def __init__(self, algorithm="RS256"):
        self.algorithm = algorithm
        self.keys = [SigningKey(algorithm)]
        self.n_fetched = 0
        self.max_age = 3600
        self.trouble = None
        self.moment = None  # when its tokens are issued; now, without one
        self.released = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def keys_url(self):
        return f"{self.url}/.well-known/jwks.json"

    def provider(self, **changes):
        """Return the provider as `settings.OIDC_PROVIDERS` describes one."""
        return {"issuers": [self.url], "keys_url": self.keys_url, "client_ids": [CLIENT_ID], **changes}

    def rotate(self, algorithm=None):
        """Sign by a new key from now on; the former ones are gone."""
        self.keys = [SigningKey(algorithm or self.algorithm)]

    def claims(self, **changes):
        """Return an ordinary token's claims; a change to None leaves the claim out."""
        now = self.moment or datetime.now(UTC)
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": "109876543210",
            "email": "dora@example.com",
            "email_verified": True,
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(hours=1)).timestamp()),
            "jti": uuid.uuid4().hex,
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, *, header=None, key=None, **changes):
        """Return a signed ID token."""
        signing = key or self.keys[-1]
        headers = {"kid": signing.key_id, **(header or {})}
        return jwt.encode(self.claims(**changes), signing.private, algorithm=signing.algorithm, headers=headers)

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def _handler(issuer):  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path == "/.well-known/openid-configuration":
                    return self.answer({"issuer": issuer.url, "jwks_uri": issuer.keys_url})
                if not self.path.endswith("/.well-known/jwks.json"):
                    return self.send_error(404)
                issuer.n_fetched += 1
                if issuer.trouble == "hung":
                    issuer.released.wait(30)
                    return None
                if issuer.trouble == "dripping":
                    return self.drip()
                if issuer.trouble == "redirect":
                    self.send_response(302)
                    self.send_header("Location", issuer.keys_url + "?elsewhere")
                    return self.end_headers()
                if issuer.trouble:
                    return self.send_error(int(issuer.trouble))
                return self.answer({"keys": [key.public() for key in issuer.keys]})

            def answer(self, document):
                body = json.dumps(document).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", f"public, max-age={issuer.max_age}")
                self.end_headers()
                self.wfile.write(body)

            def drip(self):
                self.send_response(200)
                self.end_headers()
                while not issuer.released.wait(0.2):
                    try:
                        self.wfile.write(b" ")
                    except OSError:
                        return

            def log_message(self, *_):
                pass

        return Handler


@contextmanager
def running(algorithm="RS256"):
    """Run a provider for a while."""
    issuer = LocalIssuer(algorithm)
    try:
        yield issuer
    finally:
        issuer.close()
