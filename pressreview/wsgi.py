"""The WSGI entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pressreview.settings")
application = get_wsgi_application()
# What was loaded stays. Searching it again and again for what is no longer used costs pages a tenth of their time.
gc.collect()
gc.freeze()
