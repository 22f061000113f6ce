"""What the production server runs: `granian --interface wsgi evenhand.web.dropbox.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evenhand.web.dropbox.settings")
application = get_wsgi_application()
