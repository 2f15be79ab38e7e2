"""What a web server loads: `wsgi:app`."""

from bourse.app import create_app

app = create_app()
