"""What is open to everybody: doors that ask for no token, and why."""

from collections.abc import Mapping

OPEN_ROUTES: Mapping[str, str] = {
    "/healthz": "says only that the process is up",
    "/readyz": "says only whether the database can be used",
    "/metrics": "counts without names; the operator's network keeps strangers away",
    "/oauth/token": "is where a client shows who it is",
    "/openapi.json": "is public documentation",
    "/docs": "is public documentation",
    "/docs/start.js": "is public documentation",
    "/docs/{asset}": "is public documentation",
    "/preferences": "keeps language and theme in cookies",
    "/static/{digest}/{name:path}": "is how pages look",
    "/sign-in": "is where a person shows who it is",
    "/passkeys/sign-in-options": "is where a person shows who it is",
    "/passkeys/sign-in": "is where a person shows who it is",
    "/enrolment/{token}": "is for who holds the link",
    "/learner/{token}": "is for who holds the link",
    "/check": "is for who holds a receipt or a paper; tells of no person, and only whether it is genuine "
    "and since when",
    "/check/verify.py": "is the script by which anybody verifies without us",
    "/check/file": "is for who holds a bundle; tells what its own script says of it",
    **dict.fromkeys(
        (
            "/",
            "/second-factor",
            "/verify",
            "/sign-out",
            "/account",
            "/account/password",
            "/account/authenticator",
            "/account/recovery-codes",
            "/account/passkeys",
            "/account/passkeys/{passkey_id}/remove",
            "/account/sessions/{session_id}/end",
            "/passkeys/registration-options",
            "/passkeys/registration",
            "/passkeys/verify-options",
            "/passkeys/verify",
        ),
        "asks for the person's own session, and touches no account but that one",
    ),
}
"""Routes that ask for no token, each with its reason; every other route has an action."""
