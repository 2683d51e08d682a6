#!/bin/sh
# What a container does: web (migrates and bootstraps first), worker, beat, relay, or any manage.py command.
set -eu
case "${1:-web}" in
web)
    python manage.py migrate --verbosity 0
    python manage.py bootstrap
    exec granian --interface wsgi --host 0.0.0.0 --port 8000 --workers "${WEB_WORKERS:-2}" --blocking-threads 2 \
        --no-ws --http 1 --respawn-failed-workers --log-level warning aclue.wsgi:application
    ;;
worker) exec celery --app aclue --quiet worker --concurrency "${WORKER_PROCESSES:-2}" --loglevel warning ;;
beat) exec celery --app aclue --quiet beat --loglevel warning --pidfile= ;;
relay) exec python manage.py relay ;;
*) exec python manage.py "$@" ;;
esac
