"""Every number that a worker can run into: value, unit and reason in one place.

LIMITS.md names for each of these the test that holds it, and a test compares the two. Sizes are
decimal (1 KB = 1,000 bytes) unless the name of the unit says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

LOG_MESSAGE_CHARACTERS = 4_000
"""Longest log message; a longer one is cut and says so within the same 4,000."""
LOG_BATCH_MESSAGES = 20
"""Log messages that may wait in the worker before they are sent."""
LOG_BATCH_DELAY_S = 0.25
"""A message joins a waiting batch only within this time of the last flush."""
LOG_LINES_PER_MINUTE = 1_000
"""Sustained log lines of one worker; more are dropped and counted."""
LOG_LINES_BURST = 2_000
"""Log lines that a quiet worker may write at once."""
LOG_FRAMES_PER_SECOND = 500
"""Batches of log lines read from one worker; above it the worker is read more slowly."""
LOG_CLOCK_SLACK_S = 86_400.0
"""A line's time further than this from the host's clock is replaced by the host's."""
LOG_LINES_KEPT = 10_000
"""Lines that one `Outcome` keeps; the newest win."""
LOG_BYTES_KEPT = 8_000_000
"""Memory that the text of these lines takes; the newest win. The burst of the longest lines fits,
where no character needs more than a byte."""

FILES_WORKSPACE_BYTES = 100_000_000
"""All files of a workspace together."""
FILES_WORKSPACE_ENTRIES = 10_000
"""Files and folders of a workspace together; all are counted before each write, which takes some
0.04 s for so many files."""
FILES_READ_BYTES = 50_000
"""Most that one `ctx.files.read` returns."""
FILES_WRITE_BYTES = 5_000_000
"""Most that one `ctx.files.write` carries; append the rest."""
FILES_LIST_BYTES = 4_000_000
"""Most that one frame of `ctx.files.list` carries; the worker asks for the next."""
FILES_LOCK_S = 10.0
"""Longest wait for a workspace that another host, or a job that hangs, keeps to itself."""
FILES_PATH_BYTES = 1_000
"""Longest path in a workspace."""
FILES_DEPTH = 16
"""Deepest nesting of folders in a workspace."""
FILES_PART_BYTES = 200
"""Longest file or folder name in a workspace; leaves room for the temporary name beside it."""

STATE_VALUE_BYTES = 512_000
"""One state value as JSON text."""
STATE_KEY_BYTES = 512
"""One state key in UTF-8."""
STATE_KEYS = 10_000
"""Keys of one worker."""
STATE_WORKER_BYTES = 64_000_000
"""Keys and values of one worker together."""
STATE_PAGE_BYTES = 4_000_000
"""Most that one frame of `ctx.state.get_all` carries; the worker asks for the next."""

QUARANTINE_SOURCES = 100
"""Quarantined versions whose source is kept, the newest; the others keep their name alone."""
SOURCE_BYTES = 1_000_000
"""Longest worker source."""
CONFIG_BYTES = 256_000
"""Longest configuration of a worker as JSON text."""

CTX_CALLS_PER_TICK = 10_000
"""Calls of `ctx` that the host answers in one tick."""
RUN_CALLS = 50
"""Calls of ctx that are kept of a tick which failed, the last."""
CTX_CALLS_PER_SECOND = 2_000
"""Sustained rate of `ctx` calls; faster ones wait for their answer."""
CTX_CALLS_BURST = 2_000
"""Calls that a quiet worker may make at once."""
CTX_BYTES_PER_CALL = 1_000
"""So much of an own adapter's arguments, of a key, a path or headers costs as much of the rate as
one more call, up to what the largest arguments cost."""
CTX_PASSED_BYTES_PER_CALL = 20_000
"""So much of a state value, of a file or of a request's body, which is looked at and passed on as
it came, costs as much of the rate as one more call."""
ADAPTER_TIMEOUT_S = 35.0
"""Longest time that one call of an adapter may take on the host; more than HTTP_TIMEOUT_S, so that
a request that is too slow is told as such."""
ADAPTER_ARGUMENTS_BYTES = 256_000
"""Arguments of one call of an own adapter, as JSON text; the host builds objects of them, and
twenty times as many could hold it, and every worker's tick, for a second."""
ADAPTER_ERROR_CHARACTERS = 1_000
"""Longest sentence that an adapter answers in the place of a value. It is cut once it was searched
for secrets, for of one that was cut off before the first half would not be found."""
ADAPTER_VALUE_BYTES = 5_000_000
"""Answer of one call of an adapter, as JSON text."""
ANSWER_BYTES = 5_100_000
"""Answer to one ask, whatever it is: the longest body of `ctx.http`, and its head."""

HTTP_TIMEOUT_S = 30.0
"""Time of one HTTP request in all: waiting its turn, looking up, connecting, redirects, body."""
HTTP_BODY_BYTES = 5_000_000
"""Longest body of an answer, decoded."""
HTTP_WIRE_BYTES = 10_000_000
"""Most that is read from a connection for one answer: a body and what wraps it, chunk by chunk."""
HTTP_HEADER_BYTES = 32_000
"""Head of an answer, and of those that come before it (1xx)."""
HTTP_HEADERS = 200
"""Lines of a head; reading many short ones would keep the host from its loop."""
HTTP_REQUEST_BYTES = 1_000_000
"""Longest body of a request."""
HTTP_REQUEST_HEADER_BYTES = 16_000
"""Names and values of a request's headers together."""
HTTP_REQUEST_HEADERS = 100
"""Headers of a request."""
HTTP_URL_BYTES = 8_000
"""Longest URL, percent-encoded and with its query."""
HTTP_REDIRECTS = 5
"""Redirects that one request follows."""
HTTP_REQUESTS_PER_MINUTE = 300
"""Sustained requests of one worker, each redirect counted; more wait, or are refused."""
HTTP_REQUESTS_BURST = 60
"""Requests that a quiet worker may make at once."""
WEB_STEP_S = 28.0
"""Longest single step of a request of the host's own clients: connecting, writing, reading."""
BYBIT_CALL_S = 25.0
"""Longest time that one call of `ctx.bybit` takes, with all its attempts."""
BYBIT_ANSWER_BYTES = 2_000_000
"""Longest answer of the exchange that is read; 1,000 instruments, its longest, are 1.2 MB."""
BYBIT_ANSWER_VALUES = 80_000
"""Values, lists and objects of one answer; 1,000 instruments have 40,000."""

MONITOR_WIDGETS = 100
"""Widgets of one picture."""
MONITOR_BYTES = 256_000
"""One picture as JSON text."""
MONITOR_TEXT_CHARACTERS = 10_000
"""Longest text widget."""
MONITOR_LABEL_CHARACTERS = 500
"""Longest label, id, column name, cell, item or name of a series."""
MONITOR_COLUMNS = 50
"""Columns of one table."""
MONITOR_ROWS = 500
"""Rows of one table."""
MONITOR_ITEMS = 500
"""Items of one list."""
MONITOR_SERIES = 20
"""Series of one chart."""
MONITOR_POINTS = 10_000
"""Points of one chart, all of its series together."""
MONITOR_WRITE_S = 0.1
"""Time between two pictures of a worker that are kept; of those drawn meanwhile the newest is."""
MONITOR_RENDERS_KEPT = 1_000
"""Workers whose picture is kept in memory: those that drew last. In a file all are."""

LLM_TIMEOUT_S = 28.0
"""Longest time for a whole answer of ctx.llm; a model that takes longer cannot be asked."""
LLM_ANSWER_BYTES = 2_000_000
"""Longest body of a model's answer, decoded."""
LLM_ATTEMPTS = 3
"""Times that one question is sent to a server which says when to ask again."""

FRAME_BYTES = 8_000_000
"""Longest frame on the wire; checked before a byte of the payload is kept."""
FAILURE_TEXT_CHARACTERS = 16_000
"""Longest traceback that is kept."""
DIAGNOSTICS = 200
"""Most findings that one check reports."""

TELEGRAM_MESSAGE_UNITS = 4_096
"""One message, in UTF-16 code units; a longer text is sent as several."""
TELEGRAM_PARTS = 10
"""Messages that one `ctx.telegram.send` makes at the most."""
TELEGRAM_MARKS = 10_000
"""Characters that `parse_mode` reads as marks in a text that is sent as several messages; each is
looked at, and Telegram heeds a hundred entities of a message."""
TELEGRAM_CAPTION_UNITS = 1_024
"""Caption of a photo or a document, in UTF-16 code units."""
TELEGRAM_PHOTO_BYTES = 10_000_000
"""One photo."""
TELEGRAM_DOCUMENT_BYTES = 50_000_000
"""One document; what Telegram takes from a bot."""
TELEGRAM_PER_SECOND = 30
"""Messages of one bot in any second."""
TELEGRAM_CHAT_BURST = 3
"""Messages to one chat in any so many seconds: one a second, a few of them at once."""
TELEGRAM_GROUP_PER_MINUTE = 20
"""Messages to one group or channel in any minute."""
TELEGRAM_QUEUE = 1_000
"""Messages that wait for a worker; of more the oldest are dropped and counted."""
TELEGRAM_READ = 100
"""Messages that one `ctx.telegram.read` gives at the most."""
TELEGRAM_IDLE_S = 600.0
"""Time without a `ctx.telegram.read` after which a bot's messages are left at Telegram."""
TELEGRAM_CALL_S = 28.0
"""Longest time that a call of ctx.telegram takes, waiting for its turn included."""

INTERVAL_MIN_S = 1.0
"""Shortest tick interval."""
INTERVAL_MAX_S = 3_600.0
"""Longest tick interval."""
INTERVAL_DEFAULT_S = 10.0
"""Tick interval of a worker that asks for none."""
CRON_CHARACTERS = 200
"""Longest cron line."""
CRON_CATCH_UP = 1_440
"""Slots of a cron line that may have passed and one be caught up; after more of them none is."""
NUMBERS_RESERVED = 64
"""Tick numbers that are reserved durably at a time; after an end that was not clean so many may
be left out."""
MAX_ERRORS = 5
"""Failed ticks in a row after which a worker is paused."""
RESTART_DELAY_MAX_S = 60.0
"""Longest wait before a lost process is replaced."""
ZYGOTE_START_S = 60.0
"""Time in which a zygote must have imported its modules."""
ZYGOTE_FORKS = 1_000
"""Workers forked from one zygote before a fresh one takes its place."""
CELL_START_S = 10.0
"""Time in which a forked worker must have jailed itself."""
POOL_CELLS = 16
"""Jailed cells of one zygote that wait for a worker, some 3 MB each."""
POOL_LOOK_S = 30.0
"""Time after which cells end that nobody needed meanwhile."""
ADAPTER_CLOSE_S = 5.0
"""Time in which an adapter must have closed what it holds; what is left then is given up."""
CHECK_TIMEOUT_S = 10.0
"""Time for reading a source in the jail."""
MEMORY_MIN_BYTES = 16_000_000
"""Least memory that a worker can be given; the interpreter itself needs some of it."""
CGROUP_SLACK_BYTES = 64_000_000
"""Resident memory above `Limits.memory_bytes` at which a worker's cgroup is out of memory: room
for pages of the warm process that every worker writes to, so that `MemoryError` comes first."""
MEMORY_MAX_BYTES = 1 << 46
"""Most memory that a worker can be given: what an address space has."""
TIMEOUT_MAX_S = 3_600.0
"""Longest tick timeout that an operator can set."""

RETENTION_DAYS = 14.0
"""Age at which log lines and runs of a workspace are forgotten."""
RETENTION_BYTES = 1_000_000_000
"""Size of log lines and runs of a workspace at which the oldest are forgotten."""
JOURNAL_FLUSH_S = 0.5
"""Longest wait of a log line or a run before it is written to the disk."""
JOURNAL_HELD_ROWS = 100_000
"""Log lines and runs that wait while the disk takes none; of more the oldest are dropped."""
JOURNAL_HELD_BYTES = 200_000_000
"""Memory that they take at the most, likewise."""
JOURNAL_BATCH_ROWS = 1_000
"""Log lines and runs that are written to the disk at once."""
JOURNAL_CLOSE_S = 10.0
"""Time in which what waits must have been written when the service ends."""
SWEEP_ROWS = 500
"""Log lines and runs that one step of the retention forgets."""
SWEEP_EVERY_S = 60.0
"""Time between two looks at what is too old or too much."""
DISK_LITTLE_BYTES = 500_000_000
"""Free space in the data directory below which an operator is warned."""
DISK_LOOK_S = 10.0
"""Time between two looks at the free space."""
METRICS_WORKSPACES = 500
"""Workspaces that the page for Prometheus names; the rest are counted together."""
METRICS_TROUBLED = 100
"""Workers that it names, because they are lost, paused or in quarantine."""
DELETE_GRACE_S = 86_400.0
"""Time for which a deleted worker can be restored, if the one who deletes it says no other."""
DRAIN_S = 10.0
"""Time that running ticks are given when the service stops."""
LATE_S = 1.0
"""Lateness of a tick that is told as such."""
HOOK_DELIVERIES = 3
"""Times that an event is given to ticks in which the worker's process is lost."""
HOOK_BODY_BYTES = 256_000
"""Longest body of an event from outside."""
HOOK_QUEUE = 100
"""Events that wait for one worker; more are refused."""
HOOK_EVENTS_PER_TICK = 20
"""Events that one tick is given at the most."""
HOOK_DEPTH = 64
"""Deepest nesting of an event's lists and objects."""
HOOK_READ_S = 10.0
"""Time in which the body of an event must have come."""
HOOK_PER_MINUTE = 600
"""Sustained events of one hook; more are refused."""
HOOK_BURST = 100
"""Events that a quiet hook takes at once."""
HOOKS = 20
"""Hooks of one worker."""
SIGNATURE_AGE_S = 300.0
"""Age, or lead, at which a signature that names its time is no longer taken."""
ALERT_RULES = 50
"""Rules for alerts of one workspace."""
ALERT_REPEAT_S = 3_600.0
"""Time in which the same alert is not told again, if its rule says no other."""
ALERT_KEPT_S = 90 * 86_400.0
"""Time for which it is known that an alert was told; longer than any time to tell it again."""
ALERT_LATE_S = 5.0
"""Lateness of a tick that counts as late, if the rule says no other."""
ALERT_LATE_TICKS = 3
"""Late ticks in a row that are told, if the rule says no other."""
ALERT_QUEUE = 1_000
"""Alerts that wait for one rule, and happenings that wait for the rules; of more the oldest are
dropped and counted."""
ALERT_GAP_S = 3.0
"""Time between two messages of one rule; what happens meanwhile goes into the second."""
ALERT_LISTED = 20
"""Alerts that one message lists; of the rest it tells how many."""
ALERT_QUOTE_CHARACTERS = 300
"""Most that an alert quotes of a worker's or an error's words."""
ALERT_TEXT_CHARACTERS = 3_500
"""Longest text of a message; less than one message of Telegram."""
ALERT_SEND_S = 10.0
"""Time of one try to reach a webhook."""
ALERT_ATTEMPTS = 5
"""Times that one message is tried, with longer and longer pauses."""
ALERT_PAUSE_MAX_S = 120.0
"""Longest pause before another try, whatever the far side asks for."""
PAGE_ITEMS = 500
"""Most items of one page of the HTTP API."""
LOG_STREAMS = 100
"""Readers that follow log lines at a time; each holds some lines in the memory of the service. One
workspace has at most as many as it leaves for all."""
LIVE_ROUND_S = 1.0
"""Time between two rounds of what is new of all workers; who asks sooner hears the one before."""
LIVE_ROUNDS = 16
"""Rounds since which it is told what is new; who names one of before is told all."""
LIVE_TICKS = 40
"""Ticks of each worker whose duration and outcome are told, the newest."""
LIVE_TEXT_CHARACTERS = 300
"""Most of a worker's words in a row of what is new."""
LIVE_RUNS = 300
"""Runs that a reader of one worker gets first, the newest."""
LIVE_LINES = 200
"""Log lines that a reader of one worker gets first, the newest."""
CONFIG_DEPTH = 100
"""Lists and objects in one another in a worker's configuration."""
UPLOAD_S = 600.0
"""Time in which a file or an export of state that is uploaded must have come."""
VERSIONS = 200
"""Versions of one worker that are kept beside the one that is wanted; the oldest go."""
AUDIT_ENTRIES = 100_000
"""Entries of the audit log that are kept of each workspace, and of what concerns none."""
API_BODY_BYTES = 6_000_000
"""Longest body that the HTTP API reads, but for a file that is uploaded."""
API_BODY_S = 30.0
"""Time in which such a body must have come."""
API_CONNECTIONS = 512
"""Connections that are open at once; more are closed."""
API_HEAD_S = 10.0
"""Time in which the head of a request must have come."""
API_HEADER_BYTES = 32_000
"""Head of a request."""
API_IDLE_S = 15.0
"""Time for which a connection is kept that asks for nothing more."""
API_UNREAD_S = 30.0
"""Time in which a client must read some more of its answer."""
AUTH_FAILURES = 10
"""Wrong tokens that an address may show at once."""
AUTH_FAILURE_S = 6.0
"""Time after which it may show one more."""
TICKET_S = 120.0
"""Time for which a ticket lets a browser in."""
TICKETS = 10
"""Tickets of one token that are good at a time."""
PASSWORD_MIN_CHARACTERS = 12
"""Shortest password of a user."""
PASSWORD_CHARACTERS = 1_000
"""Longest one."""
PASSWORDS_WAITING = 16
"""Passwords that wait until they are looked at, one at a time; more are told to come again."""
SESSION_IDLE_S = 43_200.0
"""Time without a request after which a session of a browser is over."""
SESSION_S = 604_800.0
"""Time after which it is over, however much it is used."""
SESSIONS = 50
"""Sessions of one token or user; at one more the one that was used longest ago ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one worker may use; an operator may lower or raise each."""

    tick_timeout_s: float = 60.0
    """Wall time of one tick, and of load and setup, before `TickTimeoutError` is raised."""
    error_timeout_s: float = 10.0
    """Wall time of `on_error`."""
    kill_grace_s: float = 2.0
    """Time between `TickTimeoutError` and the kill of code that ignores it."""
    memory_bytes: int = 512_000_000
    """Address space above that of the warm process."""
    max_errors: int = MAX_ERRORS
    """Failed ticks in a row after which the worker is paused."""
    files_bytes: int = FILES_WORKSPACE_BYTES
    """All files of the workspace together."""
    ctx_calls_per_tick: int = CTX_CALLS_PER_TICK
    """Calls of `ctx` in one tick."""
