"""Who may do what in the database (migrations/versions/…_program_role.py).

The owner changes the schema; the program works in it as `PROGRAM_ROLE` and may only add to what must never
change. Two logins of the embedded server stand for them; elsewhere the operator makes the logins.
"""

PROGRAM_ROLE = "supervise_program"
TENANT_ROLE = "supervise_tenant"
"""What the program acts as while it reads for a platform or an enterprise (confinement.py)."""

OWNER_LOGIN = "supervise_owner"
PROGRAM_LOGIN = "supervise"
SUPERUSER = "postgres"
