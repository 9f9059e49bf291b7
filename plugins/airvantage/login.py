"""How a request shows that it may: a token that was given, or one that a login gave."""

import base64
import json
import re
import time
import urllib.parse

from fotarig_plugin import Refused
from rest import Request

TOKEN_PATH = "/api/oauth/token"
# A token is renewed before it ends, so that it does not end on its way.
RENEW_BEFORE_SECONDS = 60
# What goes into a header.
PRINTABLE = re.compile(r"[\x21-\x7e]+")


class Login:
    """Gives the token for each request."""

    def __init__(self, settings, server, secrets):
        self.settings = checked(settings)
        self.server = server
        self.secrets = secrets
        for name in ("token", "client_secret", "password"):
            secrets.add(settings.get(name, ""))
        self.token = settings.get("token")
        self.ends = None

    @property
    def can_renew(self):
        return "token" not in self.settings

    def renew(self):
        """The token is not good any more."""
        self.token = None

    def sign(self, request, log):
        """The request with its token."""
        token = self.valid_token(log)
        if self.settings["authentication"] == "parameter":
            return request._replace(query={**request.query, "access_token": token})
        return request._replace(headers={**request.headers, "Authorization": f"Bearer {token}"})

    def valid_token(self, log):
        is_over = self.ends is not None and time.monotonic() >= self.ends
        if self.token is None or is_over:
            self.log_in(log)
        return self.token

    def log_in(self, log):
        """Gets a token (RFC 6749, 4.3 for a user, 4.4 for the client itself)."""
        answer = self.server.ask(self.request(), log)
        if answer.status != 200:
            names = "`user`, `password`, " if "user" in self.settings else ""
            raise Refused(
                f"`{self.server.host}` refuses the login: {answer.status} {answer.said}".rstrip(),
                remedy=f"see that {names}`client_id` and `client_secret` are of an API client on "
                "this server; look at the variables that the rig file names for them",
            )
        try:
            value = json.loads(answer.body.decode())
            token, lasts = value["access_token"], value.get("expires_in")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            token, lasts = None, None
        if not isinstance(token, str) or not PRINTABLE.fullmatch(token):
            raise Refused(
                f"`{self.server.host}` answered the login with no `access_token`",
                remedy="see that `server` is AirVantage",
            )
        self.secrets.add(token)
        self.token = token
        is_number = isinstance(lasts, (int, float)) and not isinstance(lasts, bool)
        self.ends = time.monotonic() + lasts - RENEW_BEFORE_SECONDS if is_number else None

    def request(self):
        """A client for itself is named in the header, as the newest clients do it; one for a user
        in the form, as older ones."""
        given = self.settings
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if "user" in given:
            form = {"grant_type": "password", "username": given["user"]}
            form.update({name: given[name] for name in ("password", "client_id", "client_secret")})
        else:
            form = {"grant_type": "client_credentials"}
            pair = f"{given['client_id']}:{given['client_secret']}".encode()
            headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
        body = urllib.parse.urlencode(form).encode()
        return Request("POST", TOKEN_PATH, body=body, headers=headers)


def checked(settings):
    """The settings, if they name one way to log in."""
    ways = "`token`, or `client_id` and `client_secret`, with `user` and `password` or without"
    has = {name for name in ("client_id", "client_secret", "user", "password") if name in settings}
    if "token" in settings:
        if has:
            raise Refused("both `token` and a login are given", remedy=f"give {ways}")
        if not PRINTABLE.fullmatch(settings["token"]):
            raise Refused(
                "`token` is empty, or has blanks or line ends",
                remedy="look at the variable that the rig file names for it",
            )
    elif not has >= {"client_id", "client_secret"} or len(has) == 3:
        raise Refused("it is not said how to log in", remedy=f"give {ways}")
    return settings
