"""The Celery application: workers run what the outbox wakes, beat gives the ticks.

Redis carries wake-ups and nothing else. It may be flushed, restarted or gone for a while: the rows in PostgreSQL are
the truth, and the sweep finds them. Start with the threads pool, which needs no fork (hazard 54):

    celery -A deploy worker --pool threads --concurrency 8
    celery -A deploy beat --schedule DATA_DIR/beat

DJANGO_SETTINGS_MODULE has no default here, as in wsgi.py.
"""

from celery import Celery
from celery.schedules import crontab, schedule
from django.conf import settings

# A broker that hangs may hold a request up for this long, once (see tenants/outbox/wake.py).
SOCKET_SECONDS = 1.0

app = Celery("portico")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    result_backend=None,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_default_queue="portico",
    # The truth is in PostgreSQL: a wake-up lost with a worker is found by the sweep, so nothing is redelivered.
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    broker_connection_timeout=SOCKET_SECONDS,
    broker_connection_retry=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "socket_timeout": 2.0,
        "socket_connect_timeout": SOCKET_SECONDS,
        "socket_keepalive": True,
        "health_check_interval": 10,
        # Publishing fails at once instead of trying for ever; consumers have their own retries above.
        "max_retries": 0,
    },
    broker_pool_limit=4,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    timezone="UTC",
    beat_schedule={
        "outbox-sweep": {
            "task": "outbox.sweep",
            "schedule": schedule(run_every=settings.OUTBOX_SWEEP_SECONDS),
            # Ticks that nobody took in time are not made up for.
            "options": {"expires": settings.OUTBOX_SWEEP_SECONDS},
        },
        "outbox-purge": {
            "task": "outbox.purge",
            "schedule": schedule(run_every=3600),
            "options": {"expires": 600},
        },
        "status-views": {
            "task": "reporting.status_views",
            "schedule": schedule(run_every=600),
            "options": {"expires": 600},
        },
        "daily-cleaning": {
            "task": "tenants.clean",
            "schedule": crontab(hour=3, minute=17),
            "options": {"expires": 3600},
        },
    },
)
app.autodiscover_tasks(["tenants.outbox"])
app.autodiscover_tasks(["tenants"], related_name="cleaning")
app.autodiscover_tasks(["portal_core.notifications"], related_name="seen")
app.autodiscover_tasks(["portal_core.reporting"], related_name="views")
app.autodiscover_tasks(["portal_core.documents"], related_name="opened")
