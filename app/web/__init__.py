"""Pages for people: a door that stands on the API's. No SQL, no rules."""

from app.web import account, assets, class_groups, home, my, passkeys, preferences, sign_in, users

PAGES = (
    home.router,
    sign_in.router,
    account.router,
    passkeys.router,
    preferences.router,
    class_groups.router,
    my.router,
    users.router,
    assets.router,
)
