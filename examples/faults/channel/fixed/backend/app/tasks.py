from celery import Celery

app = Celery("channel")
app.conf.broker_transport_options = {"queue_order_strategy": "priority"}
