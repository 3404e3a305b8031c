"""Pages for people: a door like the API. No SQL, no rules."""

from app.web import account, assets, passkeys, sign_in

PAGES = (sign_in.router, account.router, passkeys.router, assets.router)
