# aclue in a container: `docker build -t aclue .`, then run it with SECRET_KEY, DATABASE_URL, REDIS_URL and ALLOWED_HOSTS.
# The same image serves (`web`, the default), works (`worker`), keeps the schedule (`beat`) and relays (`relay`).
FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt /tmp/requirements.txt
RUN /opt/venv/bin/pip install --require-hashes -r /tmp/requirements.txt

FROM python:3.12-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 ENVIRONMENT=production VAR_DIR=/data \
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
RUN useradd --system --uid 10001 --no-create-home aclue && mkdir /data && chown aclue /data
COPY --from=build /opt/venv /opt/venv
COPY . /app
WORKDIR /app
# Collected at build time: the container's file system is read-only later, but for /data.
RUN SECRET_KEY=only-for-collecting-static-files-in-the-build VAR_DIR=/tmp/var python manage.py collectstatic --noinput
USER aclue
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["sh", "scripts/container.sh"]
CMD ["web"]
