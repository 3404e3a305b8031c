"""Pages for people: a door that stands on the API's. No SQL, no rules."""

from app.web import (
    account,
    assets,
    class_groups,
    home,
    learners,
    ledger,
    my,
    passkeys,
    policies,
    preferences,
    sign_in,
    users,
)

PAGES = (
    home.router,
    sign_in.router,
    account.router,
    passkeys.router,
    preferences.router,
    class_groups.router,
    learners.listed,
    learners.router,
    ledger.router,
    my.router,
    policies.router,
    users.router,
    assets.router,
)
