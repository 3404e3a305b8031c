-- The logins of a fresh database: one owns the schema, one is the program and owns nothing
-- (docs/adr/0008-owner-and-program.md). Run once, by psql as superuser; the passwords come from its environment.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv program_password PROGRAM_PASSWORD

CREATE ROLE supervise_program NOLOGIN;
CREATE ROLE supervise_tenant NOLOGIN;
GRANT supervise_tenant TO supervise_program WITH INHERIT FALSE, SET TRUE;
CREATE ROLE supervise_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE supervise LOGIN PASSWORD :'program_password';
GRANT supervise_program TO supervise_owner WITH ADMIN OPTION;
GRANT supervise_program TO supervise;

-- The message of an error may quote a value. Ours are told to the program, not to the log.
ALTER ROLE supervise_owner SET log_min_messages = 'log';
ALTER ROLE supervise SET log_min_messages = 'log';

CREATE DATABASE supervise OWNER supervise_owner;
