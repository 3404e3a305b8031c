"""How the schema came to be, one small step after another. What a step must be: script.py.mako.

A new one: `DATABASE_URL=… .venv/bin/alembic revision --autogenerate --rev-id 20261203_01 -m "what it adds"`.
"""
