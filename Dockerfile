# The program alone: no compiler, no test, no data but what it needs at run time.
FROM python:3.11.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements/pip.lock requirements/run.lock /app/requirements/
RUN /venv/bin/python -m pip install --quiet --require-hashes -r /app/requirements/pip.lock \
 && /venv/bin/python -m pip install --quiet --require-hashes --only-binary :all: -r /app/requirements/run.lock
COPY . /app
RUN /venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable /app \
 && /venv/bin/python -m pip uninstall --quiet --yes pip setuptools \
 && /venv/bin/python -m compileall -q /app/app /app/core /app/crawlers /app/nlp /app/store /app/alerts /app/answers \
    /app/dashboard /app/reports /app/kibana

FROM python:3.11.13-slim-bookworm
LABEL org.opencontainers.image.title="diembao" org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /venv /venv
COPY --from=build /app /app
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin diembao \
 && install -d -o 10001 -g 10001 -m 0700 /data /backup
USER 10001:10001
WORKDIR /data
ENV DIEMBAO_DATA_DIR=/data PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
VOLUME /data
ENTRYPOINT ["/venv/bin/diembao"]
CMD ["run"]
