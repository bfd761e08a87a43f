"""
Starts the service in a folder, deploys three example workers, and shows their log until Ctrl-C.

Plain commands do all of it; each is printed, so that it can be typed again.

    python examples/run_service.py build [--seconds 30]
"""

import argparse
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

EXAMPLES = Path(__file__).parent
PORT = 8420
WORKERS = [
    ("momentum.py", ["--interval", "1s"]),
    ("counter.py", ["--interval", "1s", "--set", "step=2"]),
    ("hostile.py", ["--interval", "2s", "--tick-timeout", "1s"]),
]


def cellblock(*arguments, quiet=False, **options):
    """Run one command to its end."""
    if not quiet:
        print("$ cellblock", shlex.join(map(str, arguments)), flush=True)
    command = [sys.executable, "-m", "cellblock", *map(str, arguments)]
    return subprocess.run(command, check=True, **options)


def free_port():
    """Give the usual port, or one that is free."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", PORT))
        except OSError:
            return 0
    return PORT


def start(data):
    """Start the service, and wait until it says where it is."""
    where = data / "server.json"
    where.unlink(missing_ok=True)
    command = ["serve", "--data", str(data), "--port", str(free_port())]
    print("$ cellblock", shlex.join(command), flush=True)
    # In a session of its own, so that Ctrl-C ends it here, and in order.
    service = subprocess.Popen(
        [sys.executable, "-m", "cellblock", *command], start_new_session=True
    )
    until = time.monotonic() + 60
    while not where.exists():
        if service.poll() is not None or time.monotonic() > until:
            sys.exit(service.poll() or 1)
        time.sleep(0.05)
    return service, json.loads(where.read_text())["url"]


def deploy(data, candles):
    """Send the workers, and the file that one of them reads."""
    here = ("--data", data)
    cellblock("files", "put", candles, "candles.csv", *here, stdout=subprocess.DEVNULL)
    for file, options in WORKERS:
        cellblock("deploy", EXAMPLES / file, *options, *here)


def stop(service):
    """Have the service end, after the ticks that run."""
    if service.poll() is None:
        service.send_signal(signal.SIGTERM)
    try:
        return service.wait(30)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        service.kill()
        return service.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where everything is kept")
    parser.add_argument("--seconds", type=float, default=0, help="0 runs until Ctrl-C")
    given = parser.parse_args()
    # A SIGTERM ends it as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    given.folder.mkdir(parents=True, exist_ok=True)
    data, candles = given.folder / "service", given.folder / "candles.csv"
    make = [sys.executable, str(EXAMPLES / "make_candles.py"), str(candles), "--seed", "7"]
    subprocess.run(make, check=True)
    service, url = start(data)
    try:
        deploy(data, candles)
        token = (data / "admin.token").read_text().strip()
        print(f"\n  address  {url}\n  token    {token}\n  look     {url}/health, {url}/api/openapi.json")
        print(f"  or       cellblock ps --data {data}\n", flush=True)
        cellblock("dashboard", "--data", data)
        print(flush=True)
        logs = [sys.executable, "-m", "cellblock", "logs", "-f", "-n", "20", "--data", str(data)]
        subprocess.run(logs, timeout=given.seconds or None, check=False)
    except subprocess.TimeoutExpired:
        cellblock("ps", "--data", data)
    except KeyboardInterrupt:
        print(flush=True)
    except subprocess.CalledProcessError as error:
        stop(service)
        return error.returncode
    return stop(service)


if __name__ == "__main__":
    sys.exit(main())
