# The program with what it runs on, and nothing else: no compiler, no pip, no PostgreSQL (compose.yaml has one).
# docs/operations.md ("Containers") says how to start it; tests/packaging holds this file to what it says.
# What pages fetch comes from npm while this is built, if `make setup` has not put it into app/web/static/vendor.
# The base is pinned by its exact tag. Pin it by digest where you build, from a registry that you trust.

FROM python:3.11.15-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_NO_INPUT=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY deploy/build.lock deploy/runtime.lock ./
RUN python -m venv /tools \
 && /tools/bin/pip install --require-hashes --no-deps --only-binary=:all: -r build.lock
RUN python -m venv --without-pip /opt/supervise \
 && /tools/bin/pip --python /opt/supervise/bin/python install \
    --require-hashes --no-deps --only-binary=:all: -r runtime.lock
COPY pyproject.toml README.md ./
COPY app app
COPY assets assets
COPY migrations migrations
RUN /tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /tools/bin/pip --python /opt/supervise/bin/python install --no-deps /wheels/supervise-*.whl \
 && /tools/bin/pip --python /opt/supervise/bin/python check

FROM python:3.11.15-slim-bookworm
LABEL org.opencontainers.image.title="supervise" \
      org.opencontainers.image.description="Supervision platform for subsidised online vocational training" \
      org.opencontainers.image.version="0.1.0"
RUN groupadd --gid 10001 supervise \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/supervise --shell /usr/sbin/nologin supervise \
 && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/supervise
COPY --from=build /opt/supervise /opt/supervise
ENV PATH=/opt/supervise/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1 \
    SUPERVISE_DATA_DIR=/var/lib/supervise
WORKDIR /var/lib/supervise
USER 10001:10001
# Key ring and spool. All else may be mounted read-only, with a tmpfs at /tmp.
VOLUME ["/var/lib/supervise"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-I", "-S", "-c", "from http.client import HTTPConnection as C; c = C('127.0.0.1', 8000, timeout=4); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["supervise"]
CMD ["serve", "--host", "0.0.0.0"]
