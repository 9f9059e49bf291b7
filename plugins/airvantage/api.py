"""AirVantage's REST API: a request gets its token, an answer is a JSON object or a refusal."""

import json

from fotarig_plugin import Refused
from rest import Request, shortened


class Api:
    """One account on one server."""

    def __init__(self, server, login, log, company=None):
        self.server = server
        self.login = login
        self.log = log
        self.company = company

    def get(self, path, query=None):
        return self.ask(Request("GET", f"/api/v1/{path}", query or {}))

    def list(self, path, query):
        answer = self.get(path, query)
        items = member(answer, "items", list)
        if items is None or not all(isinstance(item, dict) for item in items):
            raise other_shape("has no list of `items`")
        return items

    def post(self, path, body, is_repeatable=True):
        headers = {"Content-Type": "application/json"}
        text = json.dumps(body).encode()
        request = Request("POST", f"/api/v1/{path}", {}, text, headers, is_repeatable)
        return self.ask(request)

    def ask(self, request):
        """The object that the server answers."""
        if self.company is not None:
            request = request._replace(query={**request.query, "company": self.company})
        answer = self.server.ask(self.login.sign(request, self.log), self.log)
        if answer.status == 401 and self.login.can_renew:
            self.login.renew()
            answer = self.server.ask(self.login.sign(request, self.log), self.log)
        if not 200 <= answer.status < 300:
            raise self.refusal(request, answer)
        if not answer.body.strip():
            return {}
        try:
            value = json.loads(answer.body.decode())
        except (ValueError, RecursionError):
            raise other_shape("is no JSON", answer.body) from None
        if not isinstance(value, dict):
            raise other_shape("is no object", answer.body)
        return value

    def refusal(self, request, answer):
        """What a status above 299 means, and what can be done."""
        host, said = self.server.host, f": {answer.said}" if answer.said else ""
        message = f"`{host}` refuses {request.name} with {answer.status}{said}"
        if answer.status == 401:
            named = "`client_id`" if self.login.can_renew else "`token`"
            remedy = f"look at the variable that the rig file names for {named}: it is not valid "
            remedy += f"on {host}, or not any more; `authentication` says how it is sent"
        elif answer.status == 403:
            remedy = "the account may not do that: give its profile the right, or set `company`"
        elif answer.status == 404:
            remedy = "see that the uid is right, and that the account sees it on this server"
        elif 300 <= answer.status < 400:
            remedy = "correct `server`: a redirect is not followed, since it would carry the token"
        else:
            remedy = "the log has the requests; the server's pages show the operation"
        return Refused(message, remedy=remedy)


def member(value, key, kind):
    """What an object has under a key, if it is of that kind."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, kind) else None


def text_in(value, key):
    """A text that must be there."""
    found = member(value, key, str)
    if not found:
        raise other_shape(f"has no `{key}`")
    return found


def other_shape(what, body=b""):
    said = shortened(body[:1000].decode("utf-8", "replace"))
    return Refused(
        f"the server's answer {what}" + (f": {said}" if said else ""),
        remedy="see that `server` is AirVantage, and that no proxy answers for it",
    )
