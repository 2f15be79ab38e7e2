"""What every answer carries: content security policy, caching, no referrer."""

import secrets

from flask import Flask, Response, g, make_response, request
from flask_login import current_user

POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
FILES_POLICY = "default-src 'none'; frame-ancestors 'none'"  # a style sheet or a module is no page and loads nothing
OF_PAGES = ("Cross-Origin-Opener-Policy", "Permissions-Policy")
NEEDLESS = ("Expires", "Content-Disposition")  # of files: how long they hold and what they are is said already
A_YEAR = "max-age=31536000; includeSubDomains"


def csp_nonce() -> str:
    """The number that lets this answer's own scripts run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def keep_private(response: Response) -> Response:
    """For pages reached by a secret in their address: nobody keeps, indexes or passes on the address."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def ask_no_cookie() -> None:
    """This answer is the same whoever's browser asks: its cookies are not looked at."""
    g.asks_no_cookie = True


def open_microphone(response: Response) -> Response:
    """For the pages where one may dictate."""
    closed = ALWAYS["Permissions-Policy"]
    response.headers["Permissions-Policy"] = closed.replace("microphone=()", "microphone=(self)")
    return response


def show_own_frames() -> None:
    """For a page that shows another answer of the house inside itself."""
    g.shows_own_frames = True


def in_a_sandbox(html: str) -> Response:
    """A letter's HTML as an answer: it has styles of its own, and neither scripts nor forms work."""
    response = make_response(html)
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def forget_all(response: Response) -> Response:
    """For who signs out: the browser drops all that it kept of the house."""
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def send_headers(app: Flask, secure: bool) -> None:
    """Adds the headers to every answer of the app."""

    @app.after_request
    def add(response: Response) -> Response:
        is_file = request.endpoint == "static"
        policy = FILES_POLICY if is_file else POLICY.format(nonce=csp_nonce())
        if "shows_own_frames" in g:
            policy += "; frame-src 'self'"
        response.headers.setdefault("Content-Security-Policy", policy)
        for name, value in ALWAYS.items():
            if not (is_file and name in OF_PAGES):
                response.headers.setdefault(name, value)
        if secure:
            response.headers["Strict-Transport-Security"] = A_YEAR
        if is_file:
            response.direct_passthrough = False
            response.make_sequence()  # whole, and so compressed like a page
            for name in NEEDLESS:
                response.headers.pop(name, None)
        elif "asks_no_cookie" not in g:
            response.vary.add("Cookie")
            if current_user.is_authenticated:
                response.headers.setdefault("Cache-Control", "no-store")
        return response
