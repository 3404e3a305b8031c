"""Pages for people: a door that stands on the API's. No SQL, no rules."""

from app.web import (
    account,
    assets,
    check,
    class_groups,
    home,
    learners,
    ledger,
    my,
    passkeys,
    policies,
    preferences,
    search,
    sign_in,
    users,
    what_if,
)

PAGES = (
    home.router,
    sign_in.router,
    account.router,
    passkeys.router,
    preferences.router,
    check.router,
    class_groups.router,
    learners.listed,
    learners.router,
    search.router,
    ledger.router,
    my.router,
    policies.router,
    users.router,
    what_if.router,
    assets.router,
)
