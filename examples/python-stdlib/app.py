"""A shop's Messenger bot with account linking, on the Python standard library alone.

`python3 app.py` starts it; all that it must know comes from the environment.
"""

import hashlib
import hmac
import html
import json
import os
import queue
import re
import secrets
import sqlite3
import string
import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = int(os.environ.get("PORT", "8765"))
PUBLIC_URL = os.environ.get("PUBLIC_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
GRAPH_API_URL = os.environ.get("GRAPH_API_URL", "https://graph.facebook.com").rstrip("/")
PAGE_ID = os.environ["PAGE_ID"]
PAGE_ACCESS_TOKEN = os.environ["PAGE_ACCESS_TOKEN"]
APP_SECRET = os.environ["APP_SECRET"]
VERIFY_TOKEN = os.environ["VERIFY_TOKEN"]
ALLOWED_REDIRECT_ORIGINS = os.environ.get(
    "ALLOWED_REDIRECT_ORIGINS",
    "https://facebook.com https://www.facebook.com https://messenger.com https://www.messenger.com",
).split()
ACCOUNTS = json.loads(os.environ.get("ACCOUNTS", '{"alice": "correct horse", "bob": "battery staple"}'))
INTERNAL_ENDPOINTS = os.environ.get("INTERNAL_ENDPOINTS") == "1"  # /status and /unlink, for tests
FORM_KEY = secrets.token_bytes(32)
CODE_LIFE = 600  # seconds between the redirect and the event
MAX_BODY = 8 * 1024 * 1024

lock = threading.Lock()  # `with lock, db:` is one transaction, one thread at a time
db = sqlite3.connect(os.environ.get("DATABASE", "linking.sqlite3"), check_same_thread=False)
db.executescript("""
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS accounts (username TEXT PRIMARY KEY, salt BLOB, hash BLOB);
    CREATE TABLE IF NOT EXISTS logins (ticket TEXT PRIMARY KEY, browser TEXT, username TEXT,
        redirect_uri TEXT, location TEXT, expires REAL);
    CREATE TABLE IF NOT EXISTS codes (code TEXT PRIMARY KEY, username TEXT, expires REAL);
    CREATE TABLE IF NOT EXISTS links (psid TEXT PRIMARY KEY, username TEXT);
    CREATE TABLE IF NOT EXISTS newest (psid TEXT PRIMARY KEY, timestamp INTEGER);
    CREATE TABLE IF NOT EXISTS seen (event TEXT PRIMARY KEY, expires REAL);
""")


def forget_expired():
    for table in ("logins", "codes", "seen"):
        db.execute(f"DELETE FROM {table} WHERE expires < ?", (time.time(),))


def password_hash(password, salt):
    return hashlib.scrypt(password.encode("utf-8", "replace"), salt=salt, n=2**12, r=8, p=1)


def create_account(username, password):
    """False if the user name is taken."""
    salt = secrets.token_bytes(16)
    row = (username, salt, password_hash(password, salt))
    with lock, db:
        return db.execute("INSERT OR IGNORE INTO accounts VALUES (?, ?, ?)", row).rowcount == 1


def password_is_right(username, password):
    with lock, db:
        row = db.execute("SELECT salt, hash FROM accounts WHERE username = ?", (username,)).fetchone()
    salt, expected = row or (b"nobody", b"")  # an unknown user takes as long as a wrong password
    return hmac.compare_digest(password_hash(password, salt), expected)


def linked_account(psid):
    with lock, db:
        row = db.execute("SELECT username FROM links WHERE psid = ?", (psid,)).fetchone()
    return row[0] if row else None


def problem_with(token, redirect_uri):
    """Why a linking request is refused, or nothing."""
    if not token or not redirect_uri:
        return "Please open this page with the Log In button in the Messenger app."
    if any(c < " " or c in "\\\x7f" for c in redirect_uri):
        return "The address to go back to is not valid."
    try:
        parts = urllib.parse.urlsplit(redirect_uri)
    except ValueError:
        return "The address to go back to is not valid."
    if f"{parts.scheme}://{parts.netloc}".lower() not in ALLOWED_REDIRECT_ORIGINS:
        return "The address to go back to does not belong to Messenger."
    if "authorization_code" in urllib.parse.unquote(parts.query).lower():
        return "The address to go back to has a code already."
    return None


def with_code(redirect_uri, code):
    """Appends the code to the query and leaves every other byte alone."""
    front, hash_sign, fragment = redirect_uri.partition("#")
    joint = "?" if "?" not in front else "" if front[-1] in "?&" else "&"
    return f"{front}{joint}authorization_code={urllib.parse.quote(code, safe='')}{hash_sign}{fragment}"


def finish_login(ticket, browser):
    """Where the browser goes after consent; the same again when the form is sent twice."""
    with lock, db:
        forget_expired()
        row = db.execute("SELECT username, redirect_uri, location FROM logins"
                         " WHERE ticket = ? AND browser = ?", (ticket, browser)).fetchone()
        if row is None:
            return None
        username, redirect_uri, location = row
        if location is None:
            code = secrets.token_urlsafe(16)
            location = with_code(redirect_uri, code)
            db.execute("INSERT OR REPLACE INTO codes VALUES (?, ?, ?)",
                       (code, username, time.time() + CODE_LIFE))
            db.execute("UPDATE logins SET location = ? WHERE ticket = ?", (location, ticket))
        return location


def is_genuine(body, signature):
    expected = "sha256=" + hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.lower().encode())


def handle_delivery(delivery):
    """Applies all events in one transaction; returns what is to be answered, and to whom."""
    replies = []
    with lock, db:
        forget_expired()
        for entry in delivery["entry"] if delivery.get("object") == "page" else []:
            for event in entry.get("messaging") or [] if entry.get("id") == PAGE_ID else []:
                psid = (event.get("sender") or {}).get("id")
                if isinstance(psid, str) and psid:
                    handle_event(psid, event, replies)
    return replies


def handle_event(psid, event, replies):
    if "account_linking" in event:
        handle_linking(psid, event.get("timestamp"), event["account_linking"], replies)
    elif "message" in event and not event["message"].get("is_echo"):
        if is_new(["message", event["message"].get("mid") or secrets.token_hex()]):
            replies.append((psid, str(event["message"].get("text")).strip().lower()))
    elif "postback" in event:
        replies.append((psid, "hello"))


def handle_linking(psid, timestamp, linking, replies):
    status, code = linking.get("status"), linking.get("authorization_code")
    if not is_new([psid, timestamp, status, code]):
        return
    newest = db.execute("SELECT timestamp FROM newest WHERE psid = ?", (psid,)).fetchone() or (0,)
    timestamp = timestamp if isinstance(timestamp, int) else newest[0]
    late = timestamp < newest[0]  # events can overtake each other
    if status == "linked" and isinstance(code, str):
        # Only this signed event proves whose PSID it is, so only here the account is linked.
        login = db.execute("SELECT username FROM codes WHERE code = ?", (code,)).fetchone()
        db.execute("DELETE FROM codes WHERE code = ?", (code,))
        if login is None or late:
            return
        db.execute("INSERT OR REPLACE INTO links VALUES (?, ?)", (psid, login[0]))
        replies.append((psid, "(linked)"))
    elif status == "unlinked" and not late:
        if db.execute("DELETE FROM links WHERE psid = ?", (psid,)).rowcount:
            replies.append((psid, "(unlinked)"))
    else:
        return
    db.execute("INSERT OR REPLACE INTO newest VALUES (?, ?)", (psid, timestamp))


def is_new(event):
    row = (json.dumps(event), time.time() + 86400)
    return db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", row).rowcount == 1


def answer(psid, said):
    name = linked_account(psid)
    if said == "(linked)":
        return buttons(f"Thank you, {name}! Your account is linked. You can log out at any time.",
                       {"type": "account_unlink"})
    if said == "(unlinked)":
        return {"text": 'You are logged out. Say "login" whenever you want to come back.'}
    if said == "login":
        return buttons("Log in to see your orders here.",
                       {"type": "account_link", "url": f"{PUBLIC_URL}/authorize"})
    if said == "logout":
        return buttons("Log out of the shop here.", {"type": "account_unlink"})
    if said == "whoami":
        return {"text": f"You are linked as {name}." if name else "You are not linked."}
    return {"text": 'Hello! Say "login", "logout" or "whoami".'}


def buttons(text, *items):
    return {"attachment": {"type": "template", "payload": {
        "template_type": "button", "text": text, "buttons": items}}}


def graph(path, body):
    url = f"{GRAPH_API_URL}/v2.6/me/{path}?{urllib.parse.urlencode({'access_token': PAGE_ACCESS_TOKEN})}"
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


outbox = queue.Queue(maxsize=1000)


def send_replies():
    while True:
        psid, said = outbox.get()
        try:
            graph("messages", {"recipient": {"id": psid}, "messaging_type": "RESPONSE",
                               "message": answer(psid, said)})
        except (OSError, ValueError) as error:
            print(f"a message could not be sent: {error}", flush=True)


PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body {{ font: 1rem sans-serif; max-width: 26rem; margin: auto; padding: 1rem }}
input, button {{ font-size: 1rem; width: 100%; min-height: 44px; margin: .3rem 0; box-sizing: border-box }}
</style></head><body><h1>{title}</h1>{body}</body></html>"""
INPUTS = """<label>User name <input name="username" autocomplete="username" autocapitalize="none" required></label>
<label>Password <input name="password" type="password" autocomplete="{kind}-password" required></label>"""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self):
        path, _, query = self.path.partition("?")
        self.read_request(query)
        if path in ("/authorize", "/signup"):
            if not self.refuse():
                self.login_page() if path == "/authorize" else self.signup_page()
        elif path == "/webhook":
            self.handshake()
        elif path == "/status" and INTERNAL_ENDPOINTS:
            name = linked_account(self.field("psid"))
            self.reply(200, json.dumps({"linked": name is not None, "account": name}), "application/json")
        else:
            self.page(200 if path == "/" else 404, "The shop", "<p>Talk to us in Messenger.</p>")

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_BODY:
            self.close_connection = True
            return self.reply(413 if length.isdigit() else 411, "")
        body = self.rfile.read(int(length))
        if self.path == "/webhook":
            return self.delivery(body)
        if self.path == "/unlink" and INTERNAL_ENDPOINTS:
            return self.unlink(body)
        self.read_request(body.decode("utf-8", "replace"))
        actions = {"/authorize": self.login, "/signup": self.signup,
                   "/authorize/confirm": self.confirm, "/authorize/cancel": self.cancel}
        if self.path not in actions:
            return self.page(404, "Not found", "")
        if self.refuse():
            return None
        if not hmac.compare_digest(self.field("csrf").encode(), self.csrf().encode()):
            return self.login_page("Please log in again.")
        return actions[self.path]()

    def refuse(self):
        """Answers a linking request that cannot be served; true if this is one."""
        problem = problem_with(self.field("account_linking_token"), self.field("redirect_uri"))
        if any(len(self.fields.get(name, [])) > 1 for name in ("account_linking_token", "redirect_uri")):
            problem = "A parameter came twice."
        if problem:
            self.page(400, "This does not work", f"<p>{problem}</p>")
        return bool(problem)

    def login_page(self, alert=""):
        link = urllib.parse.urlencode(self.parameters())
        self.page(200, "Log in", f'<p role="alert">{alert}</p>'
                  + self.form("/authorize", "Log in", INPUTS.format(kind="current"))
                  + self.form("/authorize/cancel", "Cancel")
                  + f'<p><a href="/signup?{html.escape(link)}">Create an account</a></p>')

    def signup_page(self, alert=""):
        self.page(200, "Create an account", f'<p role="alert">{alert}</p>'
                  + self.form("/signup", "Create account", INPUTS.format(kind="new"))
                  + self.form("/authorize/cancel", "Cancel"))

    def login(self):
        username = self.field("username").strip()
        if not password_is_right(username, self.field("password")):
            return self.login_page("User name or password is wrong.")
        return self.consent_page(username)

    def signup(self):
        username, password = self.field("username").strip(), self.field("password")
        if not 0 < len(username) <= 100 or not 0 < len(password) <= 1000:
            return self.signup_page("Please choose a user name and a password.")
        if not create_account(username, password):
            return self.signup_page("This user name is taken.")
        return self.consent_page(username)

    def consent_page(self, username):
        ticket = secrets.token_urlsafe(16)
        with lock, db:
            db.execute("INSERT INTO logins VALUES (?, ?, ?, ?, NULL, ?)",
                       (ticket, self.browser, username, self.field("redirect_uri"), time.time() + CODE_LIFE))
        self.page(200, "Link your account",
                  f"<p>Your account <b>{html.escape(username)}</b> will be linked to your Messenger chat with us.</p>"
                  + self.form("/authorize/confirm", "Continue", ticket=ticket)
                  + self.form("/authorize/cancel", "Cancel", ticket=ticket))

    def confirm(self):
        location = finish_login(self.field("ticket"), self.browser)
        if location is None:
            return self.login_page("Your login has expired. Please log in again.")
        return self.redirect(location)

    def cancel(self):
        with lock, db:
            db.execute("DELETE FROM logins WHERE ticket = ? AND browser = ? AND location IS NULL",
                       (self.field("ticket"), self.browser))
        self.redirect(self.field("redirect_uri"))

    def handshake(self):
        known = hmac.compare_digest(self.field("hub.verify_token").encode(), VERIFY_TOKEN.encode())
        single = all(len(values) == 1 for values in self.fields.values())
        if known and single and self.field("hub.mode") == "subscribe":
            self.reply(200, self.field("hub.challenge"))
        else:
            self.reply(403, "wrong verify token")

    def delivery(self, body):
        if not is_genuine(body, self.headers.get("X-Hub-Signature-256", "")):
            return self.reply(403, "wrong signature")
        try:
            replies = handle_delivery(json.loads(body))
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            return self.reply(400, "not a delivery")
        self.reply(200, "EVENT_RECEIVED")
        self.wfile.flush()  # the event is acknowledged before anything is sent
        for reply in replies:
            try:
                outbox.put_nowait(reply)
            except queue.Full:
                print("the outbox is full; a message was dropped", flush=True)
        return None

    def unlink(self, body):
        try:
            psid = json.loads(body)["psid"]
            graph("unlink_accounts", {"psid": psid})
        except (OSError, ValueError, KeyError, TypeError) as error:
            return self.reply(502, f"nothing was unlinked: {error}")
        with lock, db:
            db.execute("DELETE FROM links WHERE psid = ?", (psid,))
        return self.reply(200, "unlinked")

    def read_request(self, text):
        self.fields = urllib.parse.parse_qs(text, keep_blank_values=True)
        # The cookie tells browsers apart; it says nothing about who is logged in.
        cookie = re.search(r"\bbrowser=([\w-]{22})(?:;|$)", self.headers.get("Cookie", ""), re.ASCII)
        self.browser = cookie[1] if cookie else secrets.token_urlsafe(16)

    def field(self, name):
        return self.fields.get(name, [""])[0]

    def parameters(self):
        return {name: self.field(name) for name in ("account_linking_token", "redirect_uri")}

    def csrf(self):
        return hmac.new(FORM_KEY, self.browser.encode(), hashlib.sha256).hexdigest()

    def form(self, action, button, inputs="", **hidden):
        hidden.update(self.parameters(), csrf=self.csrf())
        for name, value in hidden.items():
            inputs += f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
        return f'<form method="post" action="{action}">{inputs}<button type="submit">{button}</button></form>'

    def page(self, status, title, body):
        secure = "; Secure" if PUBLIC_URL.startswith("https:") else ""
        cookie = f"browser={self.browser}; Path=/; HttpOnly; SameSite=Lax{secure}"
        self.reply(status, PAGE.format(title=title, body=body), "text/html", **{"Set-Cookie": cookie})

    def redirect(self, location):
        # Escapes what is not ASCII; everything else must come back as it came.
        self.reply(303, "", Location=urllib.parse.quote(location, safe=string.punctuation))

    def reply(self, status, text, kind="text/plain", **headers):
        body = text.encode("utf-8", "replace")
        headers.update({
            "Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(body)),
            "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "frame-ancestors 'none'"})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass  # request lines hold tokens and codes, which belong in no log


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    for username, password in ACCOUNTS.items():
        create_account(username, password)
    for _ in range(4):
        threading.Thread(target=send_replies, daemon=True).start()
    Server(("127.0.0.1", PORT), Handler).serve_forever()
